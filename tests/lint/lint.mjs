// Every rendered file, the bundle's included, through every linter and parser that its provider has. Nothing leaves the machine.
import { execFile } from 'node:child_process'
import { cpSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import { validate } from '@actions/languageservice'
import { NoOperationTraceWriter, convertWorkflowTemplate, parseWorkflow } from '@actions/workflow-parser'
import { TextDocument } from 'vscode-languageserver-textdocument'

const here = dirname(fileURLToPath(import.meta.url))
const e2e = join(here, '..', 'e2e')
const out = process.argv[2]
const call = promisify(execFile)

let passed = 0
let failed = 0

/** Runs one check and says what it found; a check answers a list of faults. */
async function check(name, run) {
  let faults
  try {
    faults = await run()
  } catch (error) {
    faults = [error.stack ?? String(error)]
  }
  if (faults.length === 0) {
    passed += 1
    return
  }
  failed += 1
  console.error(`FAILED ${name}`)
  for (const fault of faults) console.error(`  ${fault}`)
}

/** Faults of a tool: none where it ends with 0 and is silent where it should be. */
async function tool(command, args, options = {}) {
  try {
    await call(command, args, { maxBuffer: 64 << 20, ...options })
    return []
  } catch (error) {
    return [`${command.split('/').at(-1)} ended with ${error.code}`, `${error.stdout ?? ''}${error.stderr ?? ''}`.trim()]
  }
}

function files(folder, accept) {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile() && accept(path))
    .sort()
}

async function repository(folder, host) {
  const git = (...args) => call('git', ['-C', folder, '-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args])
  await git('init', '--quiet', '--initial-branch', 'main')
  await git('remote', 'add', 'origin', `https://${host}/acme/tools.git`)
  await git('add', '-A')
  await git('commit', '--quiet', '--allow-empty', '-m', 'rendered')
}

// GitHub ----------------------------------------------------------------------------------------------------

const yml = (path) => /\.ya?ml$/.test(path)
const workflows = files(join(out, 'github'), yml)

await check('zizmor, auditor persona', () =>
  tool(join(e2e, '.venv/bin/zizmor'), ['--persona', 'auditor', '--offline', '--no-progress', '--quiet', ...workflows]))
await check('actionlint', () => tool(join(here, '.venv/bin/actionlint'), ['-shellcheck=', '-pyflakes=', ...workflows]))
await check('jactionlint', () => tool(join(e2e, '.venv/bin/jactionlint'), ['--shellcheck=', '--pyflakes=', ...workflows]))

for (const path of workflows) {
  const name = relative(out, path)
  const text = readFileSync(path, 'utf8')
  await check(`GitHub's language service: ${name}`, async () => {
    // The service remembers by address: each file needs one of its own.
    const document = TextDocument.create(`file:///${name}`, 'yaml', 1, text)
    return (await validate(document, {})).map((found) => `line ${found.range.start.line + 1}: ${found.message}`)
  })
  await check(`GitHub's workflow parser: ${name}`, async () => {
    const parsed = parseWorkflow({ name, content: text }, new NoOperationTraceWriter())
    if (parsed.value) await convertWorkflowTemplate(parsed.context, parsed.value, undefined, { errorPolicy: 1 })
    return parsed.context.errors.getErrors().map((error) => error.message)
  })
  await check(`act: ${name}`, async () => {
    const root = join(out, name.split('/').slice(0, 2).join('/'))
    await repository(root, 'github.com')
    return tool(join(e2e, '.venv/bin/act'), ['--validate', '--strict', '--workflows', path], { cwd: root })
  })
}

// GitLab ----------------------------------------------------------------------------------------------------

const local = join(e2e, 'node_modules/gitlab-ci-local/dist/index.js')

/** The jobs that a pipeline would have, by what gitlab-ci-local says. */
async function jobs(root, file, variables) {
  const given = Object.entries(variables).flatMap(([name, value]) => ['--variable', `${name}=${value}`])
  const ignored = ['CI_COMMIT_REF_PROTECTED', 'CI_PIPELINE_SOURCE', 'CI_COMMIT_BRANCH', 'CI_COMMIT_TAG']
  const args = [local, '--file', file, '--list-json', '--ignore-predefined-vars', ignored.join(','), ...given]
  const { stdout } = await call(process.execPath, args, { cwd: root, maxBuffer: 64 << 20 })
  return JSON.parse(stdout.slice(stdout.indexOf('[')))
    .filter((job) => job.when !== 'never')
    .map((job) => job.name)
    .sort()
    .join(' ')
}

/** Puts the component beside the pipeline that refers to it: nothing is fetched here. */
function includeHere(root, path) {
  cpSync(join(here, '..', '..', 'gitlab/templates/npm-publish/template.yml'), join(root, 'component.gitlab-ci.yml'))
  const text = readFileSync(path, 'utf8').replace(/- component: .*/, '- local: /component.gitlab-ci.yml')
  writeFileSync(path, text)
}

const BOTH = 'npm-pack npm-publish'
// gitlab-ci-local names a branch in tag pipelines too; GitLab does not.
const on = {
  tag: { CI_PIPELINE_SOURCE: 'push', CI_COMMIT_TAG: 'v1.2.3', CI_COMMIT_BRANCH: '', CI_COMMIT_REF_PROTECTED: 'true' },
  branch: { CI_PIPELINE_SOURCE: 'push', CI_COMMIT_BRANCH: 'main', CI_COMMIT_REF_PROTECTED: 'true' },
  web: { CI_PIPELINE_SOURCE: 'web', CI_COMMIT_BRANCH: 'release/2.x', CI_COMMIT_REF_PROTECTED: 'true' },
  packageTag: { CI_PIPELINE_SOURCE: 'push', CI_COMMIT_TAG: '@acme/tools@1.2', CI_COMMIT_BRANCH: '', CI_COMMIT_REF_PROTECTED: 'true' },
}
const never = {
  'a merge request': { CI_PIPELINE_SOURCE: 'merge_request_event', CI_COMMIT_REF_PROTECTED: 'true' },
  'an unprotected tag': { ...on.tag, CI_COMMIT_REF_PROTECTED: 'false' },
  'an unprotected branch': { ...on.branch, CI_COMMIT_REF_PROTECTED: 'false' },
  'a tag with a slash': { ...on.tag, CI_COMMIT_TAG: 'v1/x' },
  'a tag that only contains the pattern': { ...on.tag, CI_COMMIT_TAG: 'xv1.2.3' },
  'a schedule': { ...on.tag, CI_PIPELINE_SOURCE: 'schedule' },
  'another branch': { ...on.branch, CI_COMMIT_BRANCH: 'feature' },
}

for (const name of readdirSync(join(out, 'gitlab')).sort()) {
  const root = join(out, 'gitlab', name)
  const [path] = files(root, yml)
  const file = relative(root, path)
  if (name.startsWith('thin')) includeHere(root, path)
  await repository(root, 'gitlab.com')
  const start = { branch: 'branch', manual: 'web', 'package-tags': 'packageTag' }[name] ?? 'tag'
  await check(`gitlab-ci-local, preview: gitlab/${name}`, () =>
    tool(process.execPath, [local, '--file', file, '--preview'], { cwd: root }))
  await check(`gitlab-ci-local, on its own trigger: gitlab/${name}`, async () => {
    const found = await jobs(root, file, on[start])
    return found === BOTH ? [] : [`jobs: ${found || 'none'}`]
  })
  for (const [event, variables] of Object.entries(never)) {
    await check(`gitlab-ci-local, on ${event}: gitlab/${name}`, async () => {
      const found = await jobs(root, file, variables)
      return found === '' ? [] : [`jobs: ${found}`]
    })
  }
}
await check('check-jsonschema, GitLab', () =>
  tool(join(e2e, '.venv/bin/check-jsonschema'), [
    '--builtin-schema', 'vendor.gitlab-ci', '--data-transform', 'gitlab-ci',
    ...files(join(out, 'gitlab'), yml).filter((path) => !path.includes('/.git/') && !path.endsWith('component.gitlab-ci.yml')),
  ]))

// CircleCI --------------------------------------------------------------------------------------------------

const configs = files(join(out, 'circleci'), yml)
await check('check-jsonschema, CircleCI', () =>
  tool(join(e2e, '.venv/bin/check-jsonschema'), ['--builtin-schema', 'vendor.circle-ci', ...configs]))
await check("check-jsonschema, CircleCI by SchemaStore's schema", () =>
  tool(join(e2e, '.venv/bin/check-jsonschema'), ['--schemafile', join(here, '../../schemas/vendor/circleciconfig.json'), ...configs]))

// The bundle, as it is committed --------------------------------------------------------------------------------

const root = join(here, '..', '..')
const bundled = (folder, accept) => files(join(root, folder), (path) => accept(path) && !path.includes('/node_modules/'))
const actions = bundled('action', (path) => path.endsWith('action.yml'))
const shell = [...bundled('action', (path) => path.endsWith('.sh')), ...bundled('orb/src', (path) => path.endsWith('.sh'))]

await check('zizmor, auditor persona: action/', () =>
  tool(join(e2e, '.venv/bin/zizmor'), ['--persona', 'auditor', '--offline', '--no-progress', '--quiet', join(root, 'action')]))
await check('jactionlint: action/', () => tool(join(e2e, '.venv/bin/jactionlint'), ['--shellcheck=', '--pyflakes=', ...actions]))
await check('check-jsonschema: action/', () =>
  tool(join(e2e, '.venv/bin/check-jsonschema'), ['--builtin-schema', 'vendor.github-actions', ...actions]))
for (const path of actions) {
  await check(`GitHub's language service: ${relative(root, path)}`, async () => {
    const document = TextDocument.create(`file:///${relative(root, path)}`, 'yaml', 1, readFileSync(path, 'utf8'))
    return (await validate(document, {})).map((found) => `line ${found.range.start.line + 1}: ${found.message}`)
  })
}
for (const path of shell) {
  // install.sh, build.sh run under sh as well; CircleCI and GitHub run the rest under bash.
  const dialect = /(?:install|build)\.sh$/.test(path) ? 'sh' : 'bash'
  await check(`shellcheck: ${relative(root, path)}`, () => tool(join(e2e, '.venv/bin/shellcheck'), ['-s', dialect, path]))
}
await check('yamllint: action/ gitlab/ orb/src', () =>
  tool(join(e2e, '.venv/bin/yamllint'), [
    '--strict', '-d', '{extends: relaxed, rules: {line-length: disable}}', ...['action', 'gitlab', 'orb/src'].map((folder) => join(root, folder)),
  ]))
await check('check-jsonschema: orb/orb.yml', () =>
  tool(join(e2e, '.venv/bin/check-jsonschema'), ['--builtin-schema', 'vendor.circle-ci', join(root, 'orb/orb.yml')]))
await check("check-jsonschema: orb/orb.yml by SchemaStore's schema", () =>
  tool(join(e2e, '.venv/bin/check-jsonschema'), [
    '--schemafile', join(root, 'schemas/vendor/circleciconfig.json'), join(root, 'orb/orb.yml'),
  ]))
await check("yamllint reads the packed orb as CircleCI's own packer leaves it", () =>
  tool(join(e2e, '.venv/bin/yamllint'), ['-d', '{extends: relaxed, rules: {line-length: disable}}', join(root, 'orb/orb.yml')]))

// The component in its own project: GitLab's grammar for the header, the inputs' types, patterns and defaults.
const component = join(out, 'component')
cpSync(join(root, 'gitlab'), component, { recursive: true })
await repository(component, 'gitlab.com')
await check('gitlab-ci-local, the component in its own project', () =>
  tool(process.execPath, [local, '--preview'], { cwd: component }))
const consumer = (name, inputs) => {
  const folder = join(out, name)
  cpSync(join(root, 'gitlab/templates'), join(folder, 'templates'), { recursive: true })
  const lines = Object.entries(inputs).map(([key, value]) => `      ${key}: ${JSON.stringify(value)}\n`)
  writeFileSync(join(folder, '.gitlab-ci.yml'), `include:\n  - local: templates/npm-publish/template.yml\n    inputs:\n${lines.join('')}`)
  return folder
}
const plain = { packages: '@acme/a packages/a tag=next\nb\n' }
const using = consumer('component-used', plain)
await repository(using, 'gitlab.com')
await check('gitlab-ci-local, the component on a protected tag', async () => {
  const found = await jobs(using, '.gitlab-ci.yml', on.tag)
  return found === BOTH ? [] : [`jobs: ${found || 'none'}`]
})
for (const [event, variables] of Object.entries(never)) {
  await check(`gitlab-ci-local, the component on ${event}`, async () => {
    const found = await jobs(using, '.gitlab-ci.yml', variables)
    return found === '' ? [] : [`jobs: ${found}`]
  })
}
const lawless = {
  'no packages': {},
  'a variable as package': { packages: '$NPM_TOKEN' },
  'another manager': { ...plain, 'package-manager': 'deno' },
  'a rule in the tag': { ...plain, 'tag-regex': '/^v/ || $CI' },
  'a flag that is a word': { ...plain, 'dry-run': 'perhaps' },
  'an image with a variable': { ...plain, image: '$IMAGE' },
}
for (const [name, inputs] of Object.entries(lawless)) {
  await check(`gitlab-ci-local refuses the component with ${name}`, async () => {
    const folder = consumer(`component-${name.replaceAll(' ', '-')}`, inputs)
    await repository(folder, 'gitlab.com')
    const faults = await tool(process.execPath, [local, '--preview'], { cwd: folder })
    return faults.length > 0 && /input/.test(faults[1]) ? [] : [`it was taken: ${faults}`]
  })
}

console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
