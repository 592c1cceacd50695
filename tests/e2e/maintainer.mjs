// A maintainer's own machine, logged in to the registry as `npm login` leaves it: here the commands run that trustpub prints
// for people.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './process.mjs'
import { bareEnvironment, sharedDistribution } from './toolchain.mjs'

/** Makes the machine below `folder`; returns `(command, input?) => {status, output}`, which runs a line of shell in `cwd`. */
export function maintainer(world, folder, cwd) {
  const home = join(folder, 'home')
  mkdirSync(join(home, 'tmp'), { recursive: true })
  writeFileSync(join(home, '.npmrc'), `//${world.host}/:_authToken=${world.credentials.granular('ada', 'session')}\n`)
  const env = { ...bareEnvironment(home, sharedDistribution({ node: '24.19.0', npm: '12.2.0' })), ...world.environment() }
  return (command, input) => run('sh', ['-ec', command], { cwd, env, input })
}
