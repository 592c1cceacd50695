// Runs the cases that each mutation names with the mutation in place; they must fail, and pass without it.
import { MUTATIONS } from './mutations.mjs'
import { setMutation } from './scenario.mjs'
import { outcomes } from './suite.mjs'

/** Prints one line per mutation; resolves to the number that no case noticed. */
export async function mutateAll({ filter = '', workers }) {
  const chosen = MUTATIONS.filter(({ id }) => id.includes(filter))
  const green = new Set()
  let survived = 0
  for (const mutation of chosen) {
    setMutation(null)
    if (!green.has(mutation.cases)) {
      const plain = await outcomes(mutation.cases, workers)
      if (plain.length === 0 || plain.some(({ error }) => error)) throw new Error(`${mutation.cases} is not green without a mutation`)
      green.add(mutation.cases)
    }
    setMutation(mutation)
    const caught = (await outcomes(mutation.cases, workers)).filter(({ error }) => error && !error.misplaced)
    if (caught.length === 0) survived += 1
    process.stdout.write(`${caught.length ? 'ok  ' : 'FAIL'} ${mutation.id}: ${caught.length ? caught[0].error.message.split('\n')[0] : 'nobody noticed'}\n`)
  }
  process.stdout.write(`\n${chosen.length - survived} passed, ${survived || (chosen.length ? 0 : 1)} failed\n`)
  return survived || (chosen.length ? 0 : 1)
}
