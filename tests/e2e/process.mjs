// Child processes with captured output.
import { spawn } from 'node:child_process'

// Process groups that run: whatever ends this process ends them too.
const groups = new Set()
process.on('exit', () => groups.forEach(endGroup))

/**
 * Runs a program; resolves to `{status, output}` (both streams, in order of arrival), never rejects on a failing
 * status. After `seconds`, or once `until()` is true, the whole process group is ended (and `timedOut` is true).
 */
export function run(program, args, { cwd, env, input, seconds = 120, until } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ['pipe', 'pipe', 'pipe'], detached: true })
    groups.add(child.pid)
    const chunks = []
    const stdout = []
    let timedOut = false
    const timer = setTimeout(() => {
      timedOut = true
      endGroup(child.pid)
    }, seconds * 1000)
    const watch = until && setInterval(() => until() && endGroup(child.pid), 20)
    child.stdout.on('data', (chunk) => {
      chunks.push(chunk)
      stdout.push(chunk)
    })
    child.stderr.on('data', (chunk) => chunks.push(chunk))
    child.on('error', reject)
    child.on('close', (status, signal) => {
      groups.delete(child.pid)
      clearTimeout(timer)
      clearInterval(watch)
      const text = (list) => Buffer.concat(list).toString('utf8')
      resolve({ status: status ?? 128, signal, timedOut, output: text(chunks), stdout: text(stdout) })
    })
    child.stdin.on('error', () => {})
    child.stdin.end(input)
  })
}

/** Ends a process group that `run` started. */
export function endGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    if (error.code !== 'ESRCH') throw error
  }
}
