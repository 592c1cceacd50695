// The list of cases and how they run: a few at a time, one line each, `N passed, N failed` at the end.
const cases = []

/** Declares a case. `body` gets nothing and throws when the case fails. */
export function test(name, body) {
  cases.push({ name, body })
}

/** Runs the cases whose name contains `filter`, at most `workers` at once; resolves to the number that failed. */
export async function runAll({ filter = '', workers }) {
  const chosen = cases.filter(({ name }) => name.includes(filter))
  const waiting = [...chosen]
  const failures = []
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const begun = Date.now()
      let error = null
      try {
        await next.body()
      } catch (thrown) {
        error = thrown
        failures.push({ name: next.name, error })
      }
      process.stdout.write(`${error ? 'FAIL' : 'ok  '} ${next.name} (${((Date.now() - begun) / 1000).toFixed(1)} s)\n`)
    }
  }
  await Promise.all(Array.from({ length: workers }, work))
  for (const { name, error } of failures) {
    process.stdout.write(`\n--- ${name}\n${error.stack ?? error}\n${error.log ? `--- job log\n${tail(error.log)}\n` : ''}`)
  }
  // An empty choice is a mistake in the filter, not a success.
  const failed = chosen.length === 0 ? 1 : failures.length
  process.stdout.write(`\n${chosen.length - failures.length} passed, ${failed} failed\n`)
  return failed
}

const tail = (text, lines = 120) => text.split('\n').slice(-lines).join('\n')
