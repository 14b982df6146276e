import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Programs and libraries of others, with a lockfile of their own: installed when it has changed, or nobody has yet. */
export function installPeers(name: string): string {
  const folder = join(import.meta.dirname, 'peers', name)
  const wanted = readFileSync(join(folder, 'package-lock.json'), 'utf8')
  const stamp = join(folder, 'node_modules', '.wakeline-lock')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return folder
  const ran = spawnSync('npm', ['ci', '--ignore-scripts'], { cwd: folder, encoding: 'utf8' })
  if (ran.status !== 0) throw new Error(`Cannot install ${folder}: ${ran.stderr}`)
  writeFileSync(stamp, wanted)
  return folder
}
