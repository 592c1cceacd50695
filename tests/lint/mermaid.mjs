// Mermaid's own parser on the flowcharts that `trustpub paths --format mermaid` prints: those in the snapshots,
// hostile names among them. Closes with `N passed, N failed`.
import { readdirSync, readFileSync } from 'node:fs'
import { JSDOM } from 'jsdom'

// Mermaid cleans labels with a library that wants a document.
globalThis.window = new JSDOM('').window
globalThis.document = window.document
const { default: mermaid } = await import('mermaid')

const folder = new URL('../../src/report/paths/snapshots/', import.meta.url)
const charts = readdirSync(folder).filter((name) => name.endsWith('-mermaid.snap'))
let failed = charts.length === 0 ? 1 : 0
for (const name of charts) {
  const chart = readFileSync(new URL(name, folder), 'utf8').split('\n---\n').slice(1).join('\n---\n')
  try {
    const { diagramType } = await mermaid.parse(chart)
    if (diagramType !== 'flowchart-v2') throw new Error(`it was taken for a ${diagramType}`)
  } catch (error) {
    failed += 1
    console.error(`FAIL ${name}: ${error}`)
  }
}
console.log(`mermaid: ${charts.length - failed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
