import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

/** Runs commands one after the other with this Node, all of them even when one fails; true when all went well. */
export function runAll(steps: readonly (readonly [name: string, ...argv: string[]])[]): boolean {
  const failed: string[] = []
  for (const [name, ...argv] of steps) {
    const startMs = performance.now()
    const { status } = spawnSync(process.execPath, argv, { cwd: join(import.meta.dirname, '..'), stdio: 'inherit' })
    if (status !== 0) failed.push(name)
    console.log(
      `${status === 0 ? 'ok    ' : 'FAILED'} ${name} (${((performance.now() - startMs) / 1000).toFixed(1)} s)`,
    )
  }
  if (failed.length > 0) console.log(`Not ok: ${failed.join(', ')}.`)
  return failed.length === 0
}
