// Builds trustpub with one template broken at a time, in a copy of this checkout, and runs the cases that the breakage names:
// some must fail, and all pass with the templates as they are.
import { execFileSync } from 'node:child_process'
import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { MUTATIONS } from './mutations.mjs'
import { run } from './process.mjs'
import { root } from './project.mjs'
import { subject } from './scenario.mjs'
import { outcomes } from './suite.mjs'

const work = join(root, 'tests/e2e/.work/mutants')
const source = join(work, 'source')

/** Prints one line per mutation, then a table; resolves to the number that no case noticed. */
export async function mutateAll({ filter = '', workers }) {
  const chosen = MUTATIONS.filter(({ id }) => new RegExp(filter).test(id))
  copySources()
  const sound = await build('sound')
  const plain = await subject.run(sound, () => every([...new Set(chosen.map(({ cases }) => cases))], workers))
  const red = plain.filter(({ error }) => error)
  if (red.length > 0) throw Object.assign(new Error(`not green without a mutation: ${red.map(({ name }) => name)}`), { cause: red[0].error })

  // One is built while those before it run.
  const running = new Set()
  const rows = []
  for (const [index, mutation] of chosen.entries()) {
    const binary = await broken(mutation, `mutant-${index}`)
    const begun = judge(mutation, binary).then((row) => {
      rows.push(row)
      running.delete(begun)
      process.stdout.write(`${row.noticed ? 'ok  ' : 'FAIL'} ${mutation.id}: ${row.noticed ?? 'nobody noticed'}\n`)
    })
    running.add(begun)
    if (running.size >= workers) await Promise.race(running)
  }
  await Promise.all(running)
  process.stdout.write(`\n| breakage | template | noticed by | how |\n|---|---|---|---|\n${rows.map((row) =>
    `| ${row.id} | ${row.file.replace('templates/', '')} | ${row.by ?? '-'} | ${row.noticed ?? 'nobody'} |\n`).join('')}`)
  const survived = rows.filter(({ noticed }) => !noticed).length
  const failed = survived || (chosen.length ? 0 : 1)
  process.stdout.write(`\n${chosen.length - survived} passed, ${failed} failed\n`)
  return failed
}

async function judge({ id, file, cases }, binary) {
  const caught = (await subject.run(binary, () => outcomes(cases, 1))).find(({ error }) => error && !error.misplaced)
  rmSync(binary)
  return { id, file, by: caught?.name, noticed: caught?.error.message.trim().split('\n')[0].replaceAll('|', '\\|') }
}

async function every(names, workers) {
  const waiting = [...names]
  const done = []
  const next = async () => {
    for (let name = waiting.shift(); name; name = waiting.shift()) {
      const found = await outcomes(name, 1)
      if (found.length === 0) throw new Error(`no case is named ${name}`)
      done.push(...found)
    }
  }
  await Promise.all(Array.from({ length: workers }, next))
  return done
}

// The tracked files, without `generate`'s own look at what it rendered: it would refuse many a breakage before any case sees it.
function copySources() {
  rmSync(source, { recursive: true, force: true })
  for (const file of execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0').filter(Boolean)) {
    mkdirSync(dirname(join(source, file)), { recursive: true })
    cpSync(join(root, file), join(source, file))
  }
  const file = join(source, 'src/render/generate.rs')
  writeFileSync(file, replaced(readFileSync(file, 'utf8'), swapReadBack, file))
}

const swapReadBack = (text) => text.replace('read_back(tree, &project, target, rendered)?;', 'let _ = read_back(tree, &project, target, rendered);')

function replaced(text, change, file) {
  const after = change(text)
  if (after === text) throw new Error(`the change did not find its place in ${file}`)
  return after
}

async function broken({ file, change }, name) {
  const path = join(source, file)
  const text = readFileSync(path, 'utf8')
  writeFileSync(path, replaced(text, change, file))
  try {
    return await build(name)
  } finally {
    writeFileSync(path, text)
  }
}

async function build(name) {
  const target = join(work, 'target')
  const args = ['build', '--locked', '--quiet', '--bin', 'trustpub', '--manifest-path', join(source, 'Cargo.toml'), '--target-dir', target]
  const { status, output } = await run('cargo', args, { cwd: root, env: { ...process.env, CARGO_PROFILE_DEV_DEBUG: '0' }, seconds: 1800 })
  if (status !== 0) throw Object.assign(new Error(`the ${name} does not build`), { log: output })
  const binary = join(work, name)
  copyFileSync(join(target, 'debug/trustpub'), binary)
  return binary
}
