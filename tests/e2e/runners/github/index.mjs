// Runs a GitHub workflow with nektos/act, gated as GitHub gates it: the event's filters, the permissions that grant the
// id token, the environment's branch and tag rules.
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseDocument } from 'yaml'
import { withPrivateTmp } from '../../isolate.mjs'
import { run } from '../../process.mjs'
import { bareEnvironment, compileCache, sharedDistribution } from '../../toolchain.mjs'
import { writeActions } from './actions.mjs'
import { jobKey, keepOutcome, keptOutcome, restoreOutcome } from '../reuse.mjs'
import { githubClaims } from './claims.mjs'
import { matches, permissionsOf, triggers } from './filters.mjs'

const suite = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const IDS = { repository: '1001', owner: '1002' }
// What GitHub's images bring along: too old an npm to publish with, as on the real ones.
const IMAGE = { node: '22.14.0' }

/**
 * Runs `workflow` (its path in the repository) of the clone at `project.path`.
 *
 * `event`: `{name, ref, action?, fork?}`. `settings`: `{repository, visibility, environments: {NAME: {refs}}, secrets, env, actions}`; `actions` (`owner/name@ref` → folder) are published ones;
 * `env` is what the runner adds to every job; the run is killed after `seconds` or once `until()` is true. Resolves to `{triggered, status, output}`.
 */
export async function runGithub({ world, project, work, workflow, event, settings }) {
  const source = readFileSync(join(project.path, workflow), 'utf8')
  const document = parseDocument(source)
  const content = document.toJS()
  if (!triggers(content.on, event)) return { triggered: false, status: 0, output: '' }

  const labels = new Set()
  const artifacts = join(work, 'artifacts')
  const keys = new Map()
  for (const [id, job] of Object.entries(content.jobs)) {
    labels.add(job['runs-on'])
    if (!settings.cache && !job.environment && permissionsOf(content, job).idToken !== 'write') {
      const key = jobKey({ provider: 'github', job, project, configFile: workflow, ref: [event.ref, settings.visibility] })
      if (settings.reuse && stub(document, id, job, keptOutcome(key), artifacts)) continue
      keys.set(id, key)
    }
    gate({ world, document, content, id, job, event, settings, workflow, sha: project.sha, machine: join(work, 'machines', id) })
  }
  mkdirSync(work, { recursive: true })
  const gated = join(work, workflow.split('/').pop())
  writeFileSync(gated, document.toString({ lineWidth: 0 }))
  const payload = join(work, 'event.json')
  writeFileSync(payload, JSON.stringify(eventPayload(event, settings)))

  const actions = writeActions(join(work, 'actions'), { origin: project.path, artifacts, cache: settings.cache?.folder })
  // A published action is a folder here; what it uses itself stands for the same actions.
  const published = Object.entries(settings.actions ?? {})
  const texts = published.flatMap(([, folder]) => globSync('**/action.yml', { cwd: folder }).map((name) => readFileSync(join(folder, name), 'utf8')))
  const used = [...[source, ...texts].join('\n').matchAll(/uses:\s*['"]?([\w.-]+\/[\w.-]+)@([\w.-]+)/g)].map(([, name, ref]) => [name, ref])
  const replaced = used.filter(([name]) => actions[name]).flatMap(([name, ref]) => ['--local-repository', `${name}@${ref}=${actions[name]}`])
    .concat(published.flatMap(([reference, folder]) => ['--local-repository', `${reference}=${folder}`]))

  const home = join(work, 'home')
  mkdirSync(join(home, 'tmp'), { recursive: true })
  const { npm_config_cache: cache, ...env } = bareEnvironment(home, sharedDistribution(IMAGE))
  const jobEnvironment = { ...world.environment(), ...settings.env, npm_config_update_notifier: 'false', COREPACK_INTEGRITY_KEYS: '0', NODE_COMPILE_CACHE: compileCache }
  // act gives each step a pseudo-terminal where it can, and when a step fails it closes that before all of it is read: on
  // a loaded machine the last lines are lost. Without one it reads a pipe to its end, as GitHub's runner does.
  const [program, args] = withPrivateTmp(join(work, 'tmp'), join(suite, '.venv/bin/act'), [
    event.name, '-W', gated, '-e', payload, '--no-cache-server', '--action-offline-mode', '--no-skip-checkout', '--concurrent-jobs', '1',
    ...[...labels].flatMap((label) => ['-P', `${label}=-self-hosted`]), ...replaced,
    ...Object.entries(jobEnvironment).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    ...Object.entries(settings.secrets ?? {}).flatMap(([name, value]) => ['-s', `${name}=${value}`]),
  ], { terminals: false })
  const { status, output, timedOut } = await run(program, args, { cwd: project.path, env: { ...env, XDG_CACHE_HOME: join(work, 'cache') }, seconds: settings.seconds, until: settings.until })
  for (const [id, key] of keys) {
    const outputs = outputsOf(output, content.jobs[id].name ?? id)
    if (outputs) keepOutcome(key, { folder: artifacts, outputs })
  }
  return { triggered: true, status, output, timedOut }
}

// Puts one step in place of a job's steps that gives the kept outputs; the artifacts are laid where the job would put them.
function stub(document, id, job, known, artifacts) {
  if (!known) return false
  restoreOutcome(known, artifacts)
  const step = job.steps.find((candidate) => candidate.id)?.id
  const lines = Object.entries(known.outputs).map(([name, value]) => `echo '${name}=${value}' >>"$GITHUB_OUTPUT"`)
  document.setIn(['jobs', id, 'steps'], document.createNode([{ id: step, name: 'As before', run: lines.join('\n') || 'true' }]))
  return true
}

// The single-line outputs of a job that succeeded, from act's log; null when it failed.
function outputsOf(output, name) {
  const mine = output.split('\n').filter((text) => text.includes(`/${name}`))
  if (!mine.some((text) => text.includes('Job succeeded'))) return null
  return Object.fromEntries(mine.flatMap((text) => [...text.matchAll(/::set-output:: ([\w-]+)=([^'\s]*)$/g)].map(([, key, value]) => [key, value])))
}

// Gives a job what GitHub would give it, in the copy of the workflow that act runs.
function gate({ world, document, content, id, job, event, settings, workflow, sha, machine }) {
  const environment = typeof job.environment === 'string' ? job.environment : job.environment?.name
  const rules = settings.environments?.[environment]?.refs
  const refused = environment && rules && !rules.some((rule) => refAllowed(rule, event.ref))
  if (refused) {
    const name = event.ref.replace(/^refs\/(heads|tags)\//, '')
    const text = `Branch "${name}" is not allowed to deploy to ${environment} due to environment protection rules.`
    document.setIn(['jobs', id, 'steps'], document.createNode([{ name: 'Environment', run: `echo '::error::${text}'; exit 1` }]))
    return
  }
  const runner = hosted(job['runs-on']) ? 'github-hosted' : 'self-hosted'
  const granted = permissionsOf(content, job, { fromFork: event.fork }).idToken === 'write'
  const claims = githubClaims({
    repository: settings.repository, visibility: settings.visibility ?? 'public', event, workflowFile: workflow, environment,
    runner: settings.runner ?? runner, sha, ids: IDS,
  })
  // Each job has a machine of its own: nothing in the home folder of one reaches the next.
  mkdirSync(join(machine, 'tmp'), { recursive: true })
  const added = {
    HOME: machine, TMPDIR: join(machine, 'tmp'), XDG_CACHE_HOME: join(machine, '.cache'),
    GITHUB_WORKFLOW_REF: claims.workflow_ref, GITHUB_WORKFLOW_SHA: sha, RUNNER_ENVIRONMENT: claims.runner_environment,
    GITHUB_REPOSITORY_ID: IDS.repository, GITHUB_REPOSITORY_OWNER_ID: IDS.owner, GITHUB_RUN_ATTEMPT: '1',
    ...(granted ? world.issuer.grantGithub(claims, world.origin) : {}),
  }
  for (const [name, value] of Object.entries(added)) document.setIn(['jobs', id, 'env', name], value)
}

function refAllowed(rule, ref) {
  const [, kind, text] = /^refs\/(heads|tags)\/(.+)$/.exec(rule)
  return ref.startsWith(`refs/${kind}/`) && matches(text, ref.slice(`refs/${kind}/`.length))
}

// GitHub's own labels (facts/runners.toml has the closed list); a custom one is not hosted.
const hosted = (label) => /^(ubuntu|windows|macos)-/.test(label)

function eventPayload(event, { repository, visibility = 'public' }) {
  const [owner, name] = repository.split('/')
  const base = { repository: { full_name: repository, name, owner: { login: owner }, default_branch: 'main', visibility, private: visibility !== 'public' } }
  if (event.name === 'release') {
    return { ...base, action: event.action, ref: event.ref, release: { tag_name: event.ref.replace('refs/tags/', ''), draft: false } }
  }
  if (event.name === 'pull_request') {
    const head = { ref: 'patch-1', repo: { full_name: event.fork ? `mallory/${name}` : repository, fork: Boolean(event.fork) } }
    return { ...base, action: 'opened', number: 1, ref: event.ref, pull_request: { number: 1, head, base: { ref: 'main' } } }
  }
  return { ...base, ref: event.ref, ...event.payload }
}
