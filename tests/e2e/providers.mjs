// The three providers as a case sees them: where the project lives, what its trusted publisher says, and how it runs.
import { IDS, runCircleci } from './runners/circleci/index.mjs'
import { runGithub } from './runners/github/index.mjs'
import { runGitlab } from './runners/gitlab/index.mjs'

const CIRCLE = 'oidc.circleci.com/'
/** The restricted context of the CircleCI project, with the expression that the product advises. */
export const CONTEXT = {
  id: '99999999-9999-4999-8999-999999999999', restriction: 'pipeline.git.tag starts-with "v" and not job.ssh.enabled',
}

export const PROVIDERS = {
  github: {
    url: 'https://github.com/acme/demo', file: '.github/workflows/publish.yml', provenance: true,
    floor: { npm: '11.5.1', node: '22.14.0' },
    publisher: { type: 'github', claims: { repository: 'acme/demo', workflow_ref: { file: 'publish.yml' }, environment: 'npm' } },
    run: ({ settings, ...rest }) => runGithub({
      ...rest, workflow: settings.file ?? '.github/workflows/publish.yml', event: { name: 'push', ...rest.event },
      settings: { repository: 'acme/demo', environments: { npm: { refs: ['refs/tags/v*'] } }, ...settings },
    }),
  },
  gitlab: {
    url: 'https://gitlab.com/acme/demo', file: '.gitlab-ci.yml', provenance: true,
    floor: { npm: '11.5.1', node: '22.14.0' },
    publisher: { type: 'gitlab', claims: { project_path: 'acme/demo', ci_config_ref_uri: { file: '.gitlab-ci.yml' }, environment: 'npm' } },
    run: ({ settings: { secrets = {}, ...settings }, ...rest }) => runGitlab({
      ...rest, settings: {
        project: 'acme/demo', protectedRefs: ['v*'], protectedEnvironments: { npm: true },
        // A masked, protected CI/CD variable.
        variables: Object.fromEntries(Object.entries(secrets).map(([name, value]) => [name, { value, protected: true }])), ...settings,
      },
    }),
  },
  circleci: {
    url: 'https://github.com/acme/demo', file: '.circleci/config.yml', provenance: false,
    floor: { npm: '11.11.0', node: '22.14.0' },
    publisher: {
      type: 'circleci',
      claims: {
        [`${CIRCLE}org-id`]: IDS.organization, [`${CIRCLE}project-id`]: IDS.project, [`${CIRCLE}pipeline-definition-id`]: IDS.definition,
        [`${CIRCLE}vcs-origin`]: 'github.com/acme/demo', [`${CIRCLE}context-ids`]: [CONTEXT.id],
      },
    },
    run: ({ settings: { secrets = {}, ...settings }, ...rest }) => runCircleci({
      ...rest, settings: { origin: 'github.com/acme/demo', contexts: { 'npm-publish': CONTEXT }, variables: secrets, ...settings },
    }),
  },
}
