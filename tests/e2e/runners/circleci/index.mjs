// Runs a CircleCI pipeline: no runner of CircleCI's can be had here, so this executes its steps as documented. Gated as
// CircleCI gates it: filters, contexts with their restriction, and an id token that says which contexts the job has.
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { withPrivateTmp } from '../../isolate.mjs'
import { run } from '../../process.mjs'
import { git } from '../../project.mjs'
import { bareEnvironment, compileCache, distribution, resolveNode } from '../../toolchain.mjs'
import { jobKey, keepOutcome, keptOutcome, restoreOutcome } from '../reuse.mjs'
import { circleciClaims } from './claims.mjs'
import { expandSteps, interpolate, parametersOf, readConfig } from './config.mjs'
import { condition, holds } from './expressions.mjs'

export const IDS = {
  organization: '11111111-1111-4111-8111-111111111111', project: '22222222-2222-4222-8222-222222222222',
  definition: '33333333-3333-4333-8333-333333333333', user: '44444444-4444-4444-8444-444444444444',
  job: '55555555-5555-4555-8555-555555555555', workflow: '66666666-6666-4666-8666-666666666666',
  pipeline: '77777777-7777-4777-8777-777777777777',
}

/**
 * Runs the workflows of `settings.configFile` in the clone at `project.path`. `event`: `{ref, sshRerun?}`. `settings`:
 * `{origin, contexts: {NAME: {id, restriction?, variables?}}, parameters, orbs, env, variables, cache}`; `variables` are
 * the project's. Resolves to `{triggered, status, output, jobs}`; a job is `success`, `failed`, `skipped` or `unauthorized`.
 */
export async function runCircleci({ world, project, work, event, settings }) {
  const configFile = settings.configFile ?? '.circleci/config.yml'
  const config = readConfig(readFileSync(join(project.path, configFile), 'utf8'), settings.orbs)
  const pipeline = pipelineValues(config, event, settings, project.sha)
  const outcome = {}
  let output = ''
  for (const workflow of Object.values(config.workflows ?? {})) {
    if (typeof workflow !== 'object') continue
    if (workflow.when !== undefined && !condition(interpolate(workflow.when, pipeline), pipeline)) continue
    const entries = workflow.jobs.map((entry) => (typeof entry === 'string' ? [entry, {}] : Object.entries(entry)[0])).map(([name, body]) => [name, body ?? {}])
      .filter(([, body]) => passes(body.filters, event, pipeline))
    const workspace = join(work, 'workspace')
    mkdirSync(workspace, { recursive: true })
    for (const [reference, raw] of ordered(entries)) {
      const { name = reference, requires = [], context = [], filters, matrix, type, 'serial-group': group, ...given } = raw
      if (requires.some((required) => outcome[required] !== 'success')) {
        outcome[name] = 'skipped'
        continue
      }
      const contexts = [context].flat().map((wanted) => settings.contexts?.[wanted])
      const denied = contexts.some((found) => !found || (found.restriction && !holds(found.restriction, {
        ...pipeline, 'job.ssh.enabled': Boolean(event.sshRerun),
      })))
      if (denied) {
        output += `${name}: Unauthorized\n`
        outcome[name] = 'unauthorized'
        continue
      }
      const key = !settings.cache && contexts.length === 0
        && jobKey({ provider: 'circleci', job: [config.jobs[reference], given], project, configFile, ref: [event.ref, settings.visibility] })
      const known = settings.reuse && key && keptOutcome(key)
      if (known) {
        restoreOutcome(known, workspace)
        output += known.output
        outcome[name] = 'success'
        continue
      }
      const machine = join(work, 'machines', name.replaceAll('/', '-'))
      const result = await runJob({ world, project, config, reference, given, contexts, pipeline, machine, workspace, event, settings })
      output += result.output
      outcome[name] = result.status === 0 ? 'success' : 'failed'
      if (key && result.status === 0) keepOutcome(key, { folder: workspace, output: result.output })
    }
  }
  const states = Object.values(outcome)
  return { triggered: states.length > 0, status: states.every((state) => state === 'success') ? 0 : 1, output, jobs: outcome }
}

async function runJob({ world, project, config, reference, given, contexts, pipeline, machine, workspace, event, settings }) {
  const job = config.jobs[reference]
  if (!job) throw new Error(`Cannot find a definition for job named ${reference}`)
  const { 'pre-steps': before = [], 'post-steps': after = [], ...args } = given
  const values = { ...pipeline, ...parametersOf(job.parameters, interpolate(args, pipeline), reference) }
  const { image, environment } = executorOf(config, job, values)
  const steps = [
    ...expandSteps(config, before, values), ...expandSteps(config, job.steps, values, job.scope), ...expandSteps(config, after, values),
  ]
  const home = join(machine, 'home')
  const directory = join(machine, 'project')
  mkdirSync(directory, { recursive: true })
  mkdirSync(join(home, 'tmp'), { recursive: true })
  const tools = join(machine, 'bin')
  const claims = circleciClaims({
    ids: IDS, origin: settings.origin, ref: event.ref, contextIds: contexts.map((context) => context.id), sshRerun: Boolean(event.sshRerun),
  })
  writeTools(tools, world.issuer.grantCircleci(claims, world.origin))
  const { npm_config_cache: cache, TMPDIR: tmp, ...base } = bareEnvironment(home, imageOf(image, machine))
  const bashEnv = join(machine, 'bash_env')
  writeFileSync(bashEnv, '')
  const env = {
    ...base, PATH: `${tools}:${base.PATH}`, CI: 'true', CIRCLECI: 'true', BASH_ENV: bashEnv, CIRCLE_JOB: reference,
    CIRCLE_WORKFLOW_ID: IDS.workflow, CIRCLE_PIPELINE_ID: IDS.pipeline, CIRCLE_ORGANIZATION_ID: IDS.organization,
    CIRCLE_PROJECT_ID: IDS.project, CIRCLE_SHA1: project.sha, CIRCLE_WORKING_DIRECTORY: directory,
    CIRCLE_REPOSITORY_URL: `https://${settings.origin}`, CIRCLE_PROJECT_USERNAME: settings.origin.split('/').at(-2),
    CIRCLE_PROJECT_REPONAME: settings.origin.split('/').at(-1),
    ...(pipeline['pipeline.git.tag'] ? { CIRCLE_TAG: pipeline['pipeline.git.tag'] } : { CIRCLE_BRANCH: pipeline['pipeline.git.branch'] }),
    COREPACK_INTEGRITY_KEYS: '0', NODE_COMPILE_CACHE: compileCache, ...world.environment(), ...settings.env, ...settings.variables,
    ...Object.assign({}, ...contexts.map((context) => context.variables)), ...environment, ...interpolate(job.environment ?? {}, values),
  }
  const state = { failed: false, output: '' }
  const log = (text) => { state.output += text.trimEnd().replace(/^/gm, `${reference} | `) + '\n' }
  for (const { name, body } of steps) {
    const when = body.when ?? 'on_success'
    if (state.failed ? when === 'on_success' : when === 'on_fail') continue
    const status = await runStep({ name, body, project, directory, machine, workspace, env, log, settings })
    if (status !== 0) state.failed = true
  }
  return { status: state.failed ? 1 : 0, output: state.output }
}

async function runStep({ name, body, project, directory, machine, workspace, env, log, settings: { seconds, until, cache: store } }) {
  // Everything that a job sees below /tmp is its machine's own.
  const local = (path) => (path.startsWith('/tmp/') ? join(machine, 'tmp', path.slice(5)) : resolve(directory, path.replace(/^~/, env.HOME)))
  log(`== ${body.name ?? name}`)
  if (name === 'checkout') {
    git(directory, 'clone', '-q', '--template=', project.path, '.')
    git(directory, 'checkout', '-q', project.sha)
    return 0
  }
  if (name === 'persist_to_workspace') {
    for (const path of body.paths) cpSync(join(local(body.root), path), join(workspace, path), { recursive: true })
    return 0
  }
  if (name === 'attach_workspace') {
    mkdirSync(local(body.at), { recursive: true })
    cpSync(workspace, local(body.at), { recursive: true })
    return 0
  }
  if (name === 'restore_cache' || name === 'save_cache') {
    if (!store) return 0
    for (const path of body.paths ?? [store.path]) {
      const [from, to] = name === 'save_cache' ? [local(path), store.folder] : [store.folder, local(path)]
      if (existsSync(from)) cpSync(from, to, { recursive: true })
    }
    return 0
  }
  if (name === 'store_artifacts' || name === 'store_test_results') return 0
  if (name !== 'run') throw new Error(`no step or command is named ${name}`)
  const cwd = body.working_directory ? local(body.working_directory) : directory
  const shell = (body.shell ?? '/bin/bash -eo pipefail').split(' ')
  const own = Object.fromEntries(Object.entries(body.environment ?? {}).map(([key, value]) => [key, String(value)]))
  const [program, args] = withPrivateTmp(join(machine, 'tmp'), shell[0], [...shell.slice(1), '-c', body.command], { ends: false })
  const { status, output } = await run(program, args, { cwd, env: { ...env, ...own }, seconds, until })
  log(output)
  if (status !== 0) log(`Exited with code exit status ${status}`)
  return status
}

function executorOf(config, job, values) {
  if (!job.executor) return { image: interpolate(job.docker[0].image, values), environment: job.docker[0].environment ?? {} }
  const { name, ...given } = typeof job.executor === 'string' ? { name: job.executor } : job.executor
  const executor = config.executors[job.scope + name] ?? config.executors[name]
  if (!executor) throw new Error(`Cannot find a definition for executor named ${name}`)
  const own = { ...values, ...parametersOf(executor.parameters, interpolate(given, values), name) }
  return { image: interpolate(executor.docker[0].image, own), environment: interpolate(executor.environment ?? {}, own) }
}

function imageOf(image, machine) {
  const version = /node:v?([\d.]+)/.exec(image)?.[1]
  if (!version) throw new Error(`no Node is known for the image ${image}`)
  return distribution(join(machine, 'image'), { node: resolveNode(version) })
}

// The CircleCI command line as far as a job uses it, and sudo, which convenience images have.
function writeTools(folder, grant) {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'sudo'), '#!/bin/sh\nexec "$@"\n')
  const { hostname, port, pathname } = new URL(grant)
  writeFileSync(join(folder, 'circleci'), `#!/bin/bash
[ "$1 $2 $3" = "run oidc get" ] || { echo "unknown command: $*" >&2; exit 2; }
shift 3
query=
while [ $# -gt 0 ]; do
  if [ "$1" = --claims ]; then
    shift
    [[ "$1" =~ ^\\{\\ *\\"aud\\"\\ *:\\ *\\"([A-Za-z0-9:/._-]+)\\"\\ *\\}$ ]] || { echo 'only aud can be set' >&2; exit 2; }
    query="?aud=\${BASH_REMATCH[1]}"
  fi
  shift
done
exec 3<>/dev/tcp/${hostname}/${port}
printf 'GET ${pathname}%s HTTP/1.0\r\n\r\n' "$query" >&3
read -r version status rest <&3
while read -r line <&3 && [ "\${line%$'\r'}" ]; do :; done
cat <&3
[ "$status" = 200 ]
`)
  for (const tool of ['sudo', 'circleci']) chmodSync(join(folder, tool), 0o755)
}

// Filters of a job: an expression, or the older mapping, in which a job without `tags` runs on no tag.
function passes(filters, event, pipeline) {
  if (typeof filters === 'string') return holds(filters, pipeline)
  const [, heads, name] = /^refs\/(heads|tags)\/(.+)$/.exec(event.ref)
  const rule = filters?.[heads === 'tags' ? 'tags' : 'branches']
  if (!rule) return heads !== 'tags'
  const any = (list) => [list].flat().some((text) => (/^\/.*\/$/.test(text) ? new RegExp(`^(?:${text.slice(1, -1)})$`).test(name) : text === name))
  if (rule.only) return any(rule.only)
  return !any(rule.ignore ?? [])
}

function ordered(entries) {
  const done = []
  const rest = [...entries]
  const nameOf = ([reference, body]) => body.name ?? reference
  while (rest.length) {
    const at = rest.findIndex(([, body]) => (body.requires ?? []).every((name) => !rest.some((other) => nameOf(other) === name)))
    if (at < 0) throw new Error('the jobs require each other in a circle')
    done.push(...rest.splice(at, 1))
  }
  return done
}

function pipelineValues(config, event, settings, sha) {
  const [, heads, name] = /^refs\/(heads|tags)\/(.+)$/.exec(event.ref)
  const [, owner, repository] = settings.origin.split('/')
  return {
    'pipeline.id': IDS.pipeline, 'pipeline.number': 7, 'pipeline.project.type': 'circleci', 'pipeline.project.id': IDS.project,
    'pipeline.project.slug': `gh/${owner}/${repository}`, 'pipeline.git.revision': sha, 'pipeline.config_source': 'vcs-repo',
    'pipeline.config.ref': event.ref, 'pipeline.trigger.type': 'github_app',
    'pipeline.git.tag': heads === 'tags' ? name : '', 'pipeline.git.branch': heads === 'heads' ? name : '',
    ...Object.fromEntries(Object.entries(parametersOf(config.parameters, settings.parameters, 'pipeline'))
      .map(([key, value]) => [`pipeline.${key}`, value])),
  }
}
