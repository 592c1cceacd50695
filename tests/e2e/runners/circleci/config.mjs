// CircleCI's configuration processing: inline orbs, commands and jobs with parameters, `<< >>` and its escape.
import { parse } from 'yaml'
import { condition } from './expressions.mjs'

/** Reads a configuration; `orbs` (reference → orb source) stands for CircleCI's orb registry. */
export function readConfig(text, orbs = {}) {
  const config = parse(text, { merge: true })
  const named = { commands: {}, jobs: {}, executors: {} }
  const add = (source, prefix) => {
    for (const kind of Object.keys(named)) {
      for (const [name, body] of Object.entries(source[kind] ?? {})) named[kind][prefix + name] = { ...body, scope: prefix }
    }
  }
  add(config, '')
  for (const [alias, orb] of Object.entries(config.orbs ?? {})) {
    const source = typeof orb === 'string' ? orbs[orb] : orb
    if (!source) throw new Error(`Cannot find ${orb} in the orb registry`)
    add(typeof source === 'string' ? parse(source, { merge: true }) : source, `${alias}/`)
  }
  return { ...config, ...named }
}

/** Replaces `<< name >>` everywhere in `node`; `\<<` becomes `<<`. A tag that is not closed is an error, as on CircleCI. */
export function interpolate(node, values) {
  if (Array.isArray(node)) return node.map((item) => interpolate(item, values))
  if (node && typeof node === 'object') {
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, interpolate(value, values)]))
  }
  if (typeof node !== 'string') return node
  const whole = /^<<\s*([\w.-]+)\s*>>$/.exec(node)
  if (whole) return lookUp(whole[1], values)
  return node.replace(/\\<<|<<\s*([\w.-]+)\s*>>|<</g, (match, name) => {
    if (match === '\\<<') return '<<'
    if (!name) throw new Error(`Unclosed '<<' tag in string: ${node.slice(0, 60)}`)
    return String(lookUp(name, values))
  })
}

function lookUp(name, values) {
  if (!(name in values)) throw new Error(`Unknown variable(s): ${name}`)
  return values[name] ?? ''
}

/** The parameters of a command, job or executor: defaults, then what the caller gave; both unknown and missing ones fail. */
export function parametersOf(declared = {}, given = {}, what = '') {
  const values = {}
  for (const name of Object.keys(given)) {
    if (!(name in declared)) throw new Error(`Unexpected argument(s) to ${what}: ${name}`)
  }
  for (const [name, { type, default: fallback, enum: choices }] of Object.entries(declared)) {
    const value = given[name] ?? fallback
    if (value === undefined) throw new Error(`Missing required argument(s) to ${what}: ${name}`)
    if (type === 'enum' && !choices.includes(value)) throw new Error(`${what}: ${name} is none of ${choices}`)
    if ((type === 'boolean' || type === 'integer') && typeof value !== (type === 'integer' ? 'number' : type)) {
      throw new Error(`${what}: ${name} is no ${type}`)
    }
    values[`parameters.${name}`] = value
  }
  return values
}

/** A job's steps with every command opened and every condition decided. */
export function expandSteps(config, steps, values, scope = '') {
  return steps.flatMap((step) => {
    const [name, body] = typeof step === 'string' ? [step, {}] : Object.entries(step)[0]
    if (name === 'when' || name === 'unless') {
      const met = condition(interpolate(body.condition, values), values)
      return met === (name === 'when') ? expandSteps(config, body.steps, values, scope) : []
    }
    const command = config.commands[scope + name] ?? config.commands[name]
    if (!command) return [{ name, body: interpolate(typeof body === 'string' ? { command: body } : body, values) }]
    const own = parametersOf(command.parameters, interpolate(body, values) ?? {}, name)
    const outer = Object.fromEntries(Object.entries(values).filter(([key]) => key.startsWith('pipeline.')))
    return expandSteps(config, command.steps, { ...outer, ...own }, command.scope)
  })
}
