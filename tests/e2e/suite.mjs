// The list of cases and how they run: a few at a time, one line each, `N passed, N failed` at the end.
const cases = []

/** Which cases take their turn in this run: the number of the commit, so that each commit runs others and a run can be had again. */
export const TURN = Number(process.env.E2E_TURN ?? 0)

/**
 * Whether the case at (`row`, `column`) of a table takes its turn: one in `of` of each row and each column, another one in each
 * turn; all of them with `E2E_FULL=1`.
 */
export const inTurn = (row, column, of = 3) => Boolean(process.env.E2E_FULL) || (row + column + TURN) % of === 0

/** Declares a case. `body` gets nothing and throws when the case fails. */
export function test(name, body) {
  cases.push({ name, body })
}

/** Runs the cases whose name contains `filter`, at most `workers` at once: `[{name, error}]`, `error` null for a pass. */
export async function outcomes(filter, workers, told = () => {}) {
  const waiting = cases.filter(({ name }) => name.includes(filter))
  const done = []
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const begun = Date.now()
      let error = null
      try {
        await next.body()
      } catch (thrown) {
        error = thrown
      }
      done.push({ name: next.name, error })
      told(next.name, error, (Date.now() - begun) / 1000)
    }
  }
  await Promise.all(Array.from({ length: workers }, work))
  return done
}

/** Runs the chosen cases, prints a line for each and the failures in full; resolves to the number that failed. */
export async function runAll({ filter = '', workers }) {
  const chosen = await outcomes(filter, workers, (name, error, seconds) =>
    process.stdout.write(`${error ? 'FAIL' : 'ok  '} ${name} (${seconds.toFixed(1)} s)\n`))
  const failures = chosen.filter(({ error }) => error)
  for (const { name, error } of failures) {
    process.stdout.write(`\n--- ${name}\n${error.stack ?? error}\n${error.log ? `--- job log\n${tail(error.log)}\n` : ''}`)
  }
  // An empty choice is a mistake in the filter, not a success.
  const failed = chosen.length === 0 ? 1 : failures.length
  process.stdout.write(`\n${chosen.length - failures.length} passed, ${failed} failed\n`)
  return failed
}

const tail = (text, lines = 120) => text.split('\n').slice(-lines).join('\n')
