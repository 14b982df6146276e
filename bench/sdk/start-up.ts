import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { costRow, median, type Row } from '../rows.ts'

const targetMs = 25
const targetBytes = 30_000
const runs = 15

/** Wall time of a program that imports the SDK and calls start(), less that of one that does nothing. */
export function benchStartUp(folder: string, entry: string): Row[] {
  const code = `import { start } from '${entry}'\nstart({ serviceName: 'x', endpoint: 'http://127.0.0.1:1', exitTimeoutMs: 0 })\nprocess.reallyExit(0)`
  const time = (text: string) => {
    const startMs = performance.now()
    spawnSync(process.execPath, ['--input-type=module', '-e', text], { cwd: folder })
    return performance.now() - startMs
  }
  const bare: number[] = []
  const ours: number[] = []
  for (let i = 0; i < runs; i++) {
    bare.push(time('process.reallyExit(0)'))
    ours.push(time(code))
  }
  return [
    costRow(`start-up over bare (target ${targetMs} ms)`, median(ours) - median(bare), targetMs, 'ms'),
    costRow("info: import 'wakeline', minified and gzipped (target 30 kB)", loadedBytes(folder), targetBytes, 'bytes'),
  ]
}

/** index.js and every chunk of its own that it imports before anything is called. */
function loadedBytes(folder: string): number {
  const seen = new Set<string>()
  const visit = (name: string): void => {
    if (seen.has(name)) return
    seen.add(name)
    const text = readFileSync(join(folder, name), 'utf8')
    for (const [, next] of text.matchAll(/(?:from|import)\s*["']\.\/([^"']+)["']/g)) visit(next ?? '')
  }
  visit('index.js')
  return [...seen].reduce((sum, name) => sum + gzipSync(readFileSync(join(folder, name)), { level: 9 }).length, 0)
}
