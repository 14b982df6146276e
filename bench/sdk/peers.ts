import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The programs of the bench and the libraries they hold the SDK against, with a lockfile of their own. */
export const peersFolder: string = join(import.meta.dirname, '..', 'peers', 'sdk')

/** Installs the peers when the lockfile has changed since, or nobody has yet. */
export function installPeers(folder = peersFolder): void {
  const wanted = readFileSync(join(folder, 'package-lock.json'), 'utf8')
  const stamp = join(folder, 'node_modules', '.wakeline-lock')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  console.error('Installing the libraries to compare with')
  const ran = spawnSync('npm', ['ci', '--ignore-scripts'], { cwd: folder, encoding: 'utf8' })
  if (ran.status !== 0) throw new Error(`Cannot install the peers of the bench: ${ran.stderr}`)
  writeFileSync(stamp, wanted)
}
