// The claims of CircleCI's id tokens, from the facts of a job.
const PREFIX = 'oidc.circleci.com/'

export function circleciClaims({ ids, origin, ref, contextIds, sshRerun }) {
  const claims = {
    sub: `org/${ids.organization}/project/${ids.project}/user/${ids.user}`,
    'org-id': ids.organization, 'project-id': ids.project, 'pipeline-definition-id': ids.definition, 'vcs-origin': origin,
    'vcs-ref': ref, 'context-ids': contextIds, 'ssh-rerun': sshRerun, 'job-id': ids.job, 'workflow-id': ids.workflow, 'pipeline-id': ids.pipeline,
  }
  return Object.fromEntries(Object.entries(claims).map(([name, value]) => [name === 'sub' ? name : PREFIX + name, value]))
}
