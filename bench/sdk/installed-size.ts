import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { costRow, type Row } from '../rows.ts'
import { peersFolder } from './peers.ts'

/** What an app installs today for logs, metrics and traces. */
const usual = ['@opentelemetry/auto-instrumentations-node', 'pino', 'prom-client']

/** Bytes on the disk after `npm install`: ours has no dependency, the peers bring theirs. */
export function benchInstalledSize(folder: string): Row[] {
  const lockfile: unknown = JSON.parse(readFileSync(join(peersFolder, 'package-lock.json'), 'utf8'))
  const places = closure(Object(Reflect.get(Object(lockfile), 'packages')), usual)
  const bytes = [...places].reduce((sum, place) => sum + sizeOf(join(peersFolder, place), false), 0)
  const name = `info: installed size vs otel + pino + prom-client (${places.size} packages)`
  return [costRow(name, sizeOf(folder, true), bytes, 'bytes')]
}

/** Places in the lockfile of these packages and all they need. */
function closure(packages: Record<string, unknown>, names: readonly string[]): Set<string> {
  const found = new Set<string>()
  const visit = (from: string, name: string): void => {
    const nested = `${from}/node_modules/${name}`
    const place = nested in packages ? nested : `node_modules/${name}`
    if (found.has(place) || !(place in packages)) return
    found.add(place)
    const needed = Object(Reflect.get(Object(packages[place]), 'dependencies'))
    for (const next of Object.keys(needed)) visit(place, next)
  }
  for (const name of names) visit('', name)
  return found
}

/** `nested`: packages inside of packages are counted on their own. */
function sizeOf(path: string, nested: boolean): number {
  if (!existsSync(path)) return 0
  return readdirSync(path, { withFileTypes: true }).reduce((sum, entry) => {
    const inside = join(path, entry.name)
    if (!entry.isDirectory()) return sum + statSync(inside).size
    return entry.name === 'node_modules' && !nested ? sum : sum + sizeOf(inside, nested)
  }, 0)
}
