// Runs a GitLab pipeline with gitlab-ci-local, gated as GitLab gates it: rules, one id token per declared audience, protected
// refs and environments. Each job has a machine of its own; artifacts pass between them as the file says.
import { createHash } from 'node:crypto'
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { withPrivateTmp } from '../../isolate.mjs'
import { run } from '../../process.mjs'
import { git } from '../../project.mjs'
import { bareEnvironment, compileCache, distribution, resolveNode, sharedDistribution } from '../../toolchain.mjs'
import { matches } from '../github/filters.mjs'
import { jobKey, keepOutcome, keptOutcome, restoreOutcome } from '../reuse.mjs'
import { gitlabClaims } from './claims.mjs'

const suite = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const PROGRAM = join(suite, 'node_modules/gitlab-ci-local/dist/index.js')
const VERSION = JSON.parse(readFileSync(join(suite, 'node_modules/gitlab-ci-local/package.json'), 'utf8')).version
const TOOLS = { node: '24.19.0' }

/**
 * Runs the pipeline of the clone at `project.path`. `event`: `{ref, fork?, source?}`. `settings`: `{project, visibility,
 * protectedRefs, protectedEnvironments: {NAME: allowed}, variables, env, runner, configFile, components}`; a protected variable
 * (`{value, protected: true}`) reaches protected refs alone.
 * Resolves to `{triggered, status, output, jobs}`.
 */
export async function runGitlab({ world, project, work, event, settings }) {
  const configFile = settings.configFile ?? '.gitlab-ci.yml'
  const [, heads, ref] = /^refs\/(heads|tags)\/(.+)$/.exec(event.ref)
  const kind = heads === 'tags' ? 'tag' : 'branch'
  const refProtected = !event.fork && (settings.protectedRefs ?? []).some((rule) => matches(rule, ref))
  const path = event.fork ? settings.project.replace(/^[^/]+/, 'mallory') : settings.project
  const predefined = predefinedVariables({ path, kind, ref, refProtected, settings, event, sha: project.sha, configFile })
  const local = (cwd, args, home, env = {}) => ({ cwd, args: [PROGRAM, '--file', configFile, '--no-color', ...args], home, env })

  const { expanded, listed } = await inspect({ folder: project.path, configFile, predefined, components: settings.components }, (args) => {
    const scout = join(work, 'scout')
    if (!existsSync(scout)) clone(project, path, scout, settings.components)
    return start(local(scout, args, join(work, 'home')))
  })
  const planned = listed.filter((job) => job.when !== 'never')
  let output = ''
  const outcome = {}
  const store = join(work, 'artifacts')
  for (const { name } of byStage(planned, expanded.stages)) {
    const job = expanded[name]
    const needs = (job.needs ?? planned.map((other) => other.name).filter((other) => earlier(expanded, other, name)))
      .map((need) => (typeof need === 'string' ? { job: need, artifacts: true } : need))
    if (needs.some((need) => outcome[need.job] && outcome[need.job] !== 'success')) {
      outcome[name] = 'skipped'
      continue
    }
    const environment = typeof job.environment === 'string' ? job.environment : job.environment?.name
    const allowed = settings.protectedEnvironments?.[environment]
    if (allowed === false) {
      output += `${name}: This job could not be executed because the protected environment ${environment} does not allow it.\n`
      outcome[name] = 'failed'
      continue
    }
    const key = !settings.cache && !job.id_tokens && !environment
      && jobKey({ provider: 'gitlab', job, project, configFile, ref: [event.ref, settings.visibility] })
    const known = settings.reuse && key && keptOutcome(key)
    if (known) {
      restoreOutcome(known, join(store, name))
      output += known.output
      outcome[name] = 'success'
      continue
    }
    const machine = join(work, 'machines', name)
    const home = join(machine, 'home')
    const checkout = join(machine, 'builds')
    prepare({ project, path, checkout, job, configFile, components: settings.components })
    for (const need of needs.filter((entry) => entry.artifacts !== false)) {
      if (existsSync(join(store, need.job))) cpSync(join(store, need.job), checkout, { recursive: true })
    }
    if (settings.cache) {
      for (const path of [job.cache].flat().flatMap((cache) => cache?.paths ?? [])) cpSync(settings.cache.folder, join(checkout, path), { recursive: true })
    }
    const claims = gitlabClaims({
      project: path, visibility: settings.visibility ?? 'public', ref, kind, refProtected, configFile, environment,
      environmentProtected: allowed !== undefined, runner: settings.runner ?? 'gitlab-hosted', sha: project.sha,
    })
    const tokens = Object.entries(job.id_tokens ?? {}).map(([variable, { aud }]) =>
      `${variable}=${world.issuer.issue('gitlab', claims, { audience: aud, lifetime: 600 })}`)
    const variables = Object.entries(settings.variables ?? {}).flatMap(([variable, entry]) =>
      (entry.protected && !refProtected ? [] : [`${variable}=${entry.value ?? entry}`]))
    const result = await start({
      ...local(checkout, [
        '--force-shell-executor', '--no-shell-isolation', '--no-json-schema-validation', ...predefined, '--variable', `CI_PROJECT_DIR=${checkout}`,
        ...[...tokens, ...variables].flatMap((assignment) => ['--variable', assignment]), name,
      ], home, { ...world.environment(), COREPACK_INTEGRITY_KEYS: '0', ...settings.env }),
      machine, image: typeof job.image === 'string' ? job.image : job.image?.name, seconds: settings.seconds, until: settings.until,
    })
    output += result.output
    outcome[name] = result.status === 0 ? 'success' : 'failed'
    keep(job, checkout, join(store, name), result.status)
    if (key && result.status === 0) keepOutcome(key, { folder: join(store, name), output: result.output })
  }
  const status = Object.values(outcome).every((state) => state === 'success') ? 0 : 1
  return { triggered: planned.length > 0, status, output, jobs: outcome }
}

const inspected = new Map()

// The expanded file, and its jobs with their rules decided. gitlab-ci-local is asked once about the same files in the same
// situation, by whichever run of the suite is the first.
async function inspect({ folder, configFile, predefined, components = {} }, ask) {
  const situation = predefined.filter((text) => !text.startsWith('CI_COMMIT_SHA='))
  const files = git(folder, 'ls-files').split('\n').filter((file) => file === configFile || file.endsWith('.yml'))
  const included = Object.entries(components).map(([reference, place]) =>
    [reference, globSync('templates/**/*.yml', { cwd: place }).map((file) => readFileSync(join(place, file), 'utf8'))])
  const text = JSON.stringify([VERSION, situation, included, files.map((file) => [file, readFileSync(join(folder, file), 'utf8')])])
  const key = createHash('sha256').update(text).digest('hex')
  if (!inspected.has(key)) inspected.set(key, remember(join(suite, '.work/inspected', `${key}.json`), ask, predefined))
  return structuredClone(await inspected.get(key))
}

async function remember(file, ask, predefined) {
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'))
  const answer = {
    expanded: parse((await ask(['--preview', ...predefined])).stdout),
    listed: JSON.parse((await ask(['--list-json', '--no-json-schema-validation', ...predefined])).stdout),
  }
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(`${file}.${process.pid}`, JSON.stringify(answer))
  renameSync(`${file}.${process.pid}`, file)
  return answer
}

// Runs gitlab-ci-local with its own Node; the job's shell finds the image's Node first on its path.
async function start({ cwd, args, home, env, machine, image, seconds, until }) {
  mkdirSync(join(home, 'tmp'), { recursive: true })
  const tools = sharedDistribution(TOOLS)
  const { npm_config_cache: cache, ...base } = bareEnvironment(home, image ? imageDistribution(image, machine) : tools)
  const program = [join(tools, 'bin/node'), args]
  const [command, commandArgs] = machine ? withPrivateTmp(join(machine, 'tmp'), ...program) : program
  const result = await run(command, commandArgs, { cwd, env: { ...base, NODE_COMPILE_CACHE: compileCache, ...env }, seconds, until })
  if (!machine && result.status !== 0) throw Object.assign(new Error('gitlab-ci-local refused the file'), { log: result.output })
  return result
}

// `node:24.19.0-bookworm@sha256:…`, or a mirror of it.
function imageDistribution(image, machine) {
  const version = /(?:^|\/)node:v?([\d.]+)/.exec(image)?.[1]
  if (!version) throw new Error(`no Node is known for the image ${image}`)
  return distribution(join(machine, 'image'), { node: resolveNode(version) })
}

function prepare({ project, path, checkout, job, configFile, components }) {
  clone(project, path, checkout, components)
  if (job.variables?.GIT_STRATEGY === 'none') {
    // gitlab-ci-local needs the pipeline's own files; nothing else of the project is on the machine.
    const ours = (file) => file === configFile || file.endsWith('.gitlab-ci.yml') || file.startsWith('templates/')
    git(checkout, 'rm', '-q', '--', ...git(checkout, 'ls-files').split('\n').filter((file) => !ours(file)))
    git(checkout, 'commit', '-q', '-m', 'no checkout')
  }
}

// A project's clone. `components` (`host/project@version` → folder) are laid where gitlab-ci-local keeps those that it fetched.
function clone(project, path, target, components = {}) {
  mkdirSync(dirname(target), { recursive: true })
  git(dirname(target), 'clone', '-q', '--template=', project.path, target)
  git(target, 'remote', 'set-url', 'origin', `https://gitlab.com/${path}.git`)
  for (const [reference, folder] of Object.entries(components)) {
    cpSync(join(folder, 'templates'), join(target, '.gitlab-ci-local/includes', reference.replace('@', '/'), 'templates'), { recursive: true })
  }
}

function keep(job, checkout, target, status) {
  const when = job.artifacts?.when ?? 'on_success'
  if (!job.artifacts?.paths || (when === 'on_success') !== (status === 0) && when !== 'always') return
  for (const path of job.artifacts.paths) {
    const clean = path.replace(/\/$/, '')
    if (existsSync(join(checkout, clean))) cpSync(join(checkout, clean), join(target, clean), { recursive: true })
  }
}

const byStage = (jobs, stages) => jobs.toSorted((a, b) => stages.indexOf(a.stage) - stages.indexOf(b.stage))
const earlier = (expanded, other, name) =>
  expanded.stages.indexOf(expanded[other].stage ?? 'test') < expanded.stages.indexOf(expanded[name].stage ?? 'test')

function predefinedVariables({ path, kind, ref, refProtected, settings, event, sha, configFile }) {
  const values = {
    GITLAB_CI: 'true', CI_COMMIT_REF_NAME: ref, CI_COMMIT_REF_PROTECTED: String(refProtected), CI_COMMIT_SHA: sha,
    ...(kind === 'tag' ? { CI_COMMIT_TAG: ref } : { CI_COMMIT_BRANCH: ref }),
    CI_PIPELINE_SOURCE: event.source ?? 'push', CI_PROJECT_PATH: path, CI_PROJECT_NAME: path.split('/').pop(),
    CI_PROJECT_VISIBILITY: settings.visibility ?? 'public', CI_PROJECT_URL: `https://gitlab.com/${path}`, CI_DEFAULT_BRANCH: 'main',
    CI_SERVER_URL: 'https://gitlab.com', CI_SERVER_HOST: 'gitlab.com', CI_SERVER_FQDN: 'gitlab.com', CI_CONFIG_PATH: configFile,
    CI_RUNNER_ID: '1', CI_RUNNER_DESCRIPTION: '1-blue.saas-linux-small-amd64.runners-manager.gitlab.com/default',
  }
  return [
    ...Object.entries(values).flatMap(([name, value]) => ['--variable', `${name}=${value}`]),
    ...(kind === 'tag' ? ['--unset-variable', 'CI_COMMIT_BRANCH'] : []),
    '--ignore-predefined-vars', [...Object.keys(values), 'CI_PROJECT_DIR', 'CI'].join(','),
  ]
}
