// Whether a workflow runs for an event, and whether an environment takes a ref: GitHub decides both before any job, and
// act does neither.

/** A filter pattern of GitHub as a regular expression (`*` stops at `/`, `**` does not, `?` and `+` repeat). */
export function pattern(text) {
  const body = text.replace(/\*\*|[.*$^(){}|\\]/g, (part) => ({ '**': '.*', '*': '[^/]*' }[part] ?? `\\${part}`))
  return new RegExp(`^${body}$`)
}

/** Whether the last of `patterns` that concerns `name` takes it; `!` excludes. */
export function matches(patterns, name) {
  let taken = false
  for (const text of [patterns].flat()) {
    const excludes = text.startsWith('!')
    if (pattern(excludes ? text.slice(1) : text).test(name)) taken = !excludes
  }
  return taken
}

/** Whether `on` starts a run for `event`: `{name, ref, action?}`. */
export function triggers(on, event) {
  const events = typeof on === 'string' ? { [on]: null } : Array.isArray(on) ? Object.fromEntries(on.map((name) => [name, null])) : on
  if (!(event.name in events)) return false
  const filter = events[event.name] ?? {}
  if (filter.types && event.action && ![filter.types].flat().includes(event.action)) return false
  if (event.name !== 'push') return true
  const [, kind, name] = /^refs\/(heads|tags)\/(.+)$/.exec(event.ref)
  const [mine, other] = kind === 'tags' ? ['tags', 'branches'] : ['branches', 'tags']
  if (filter[mine]) return matches(filter[mine], name)
  if (filter[`${mine}-ignore`]) return !matches(filter[`${mine}-ignore`], name)
  // A push filter for tags alone leaves branches out, and the other way round.
  return !(filter[other] || filter[`${other}-ignore`])
}

/** The permissions that a job holds: its own, else the workflow's, else the restricted default. */
export function permissionsOf(workflow, job, { fromFork = false } = {}) {
  const declared = job.permissions ?? workflow.permissions ?? { contents: 'read' }
  const all = { 'write-all': 'write', 'read-all': 'read' }[declared]
  const idToken = all ?? declared['id-token'] ?? 'none'
  // A pull request from a fork runs with read access only, whatever the workflow says.
  return { idToken: fromFork ? 'none' : idToken }
}
