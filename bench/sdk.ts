import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { buildSdk } from '../packages/sdk/build.ts'
import type { Row } from './rows.ts'
import { benchHttp } from './sdk/http.ts'
import { benchInstalledSize } from './sdk/installed-size.ts'
import { benchOperations } from './sdk/operations.ts'
import { installPeers } from './sdk/peers.ts'
import { benchStartUp } from './sdk/start-up.ts'

const parts: Readonly<Record<string, (folder: string, entry: string) => Row[] | Promise<Row[]>>> = {
  operations: (_, entry) => benchOperations(entry),
  http: (folder) => benchHttp('http', folder),
  express: (folder) => benchHttp('express', folder),
  'start-up': benchStartUp,
  size: benchInstalledSize,
}

/**
 * What is published (the minified build) against the libraries it replaces, each in processes of its own. `wanted`: some
 * of its parts by name; none are all. The whole takes about four minutes.
 */
export async function benchSdk({ wanted }: { wanted: readonly string[] }): Promise<Row[]> {
  const unknown = wanted.find((name) => !Object.hasOwn(parts, name))
  if (unknown !== undefined)
    throw new Error(`Cannot run the part "${unknown}" of the bench: there are ${Object.keys(parts).join(', ')}`)
  installPeers()
  const folder = await mkdtemp(join(tmpdir(), 'wakeline-bench-'))
  try {
    await buildSdk(folder)
    const entry = pathToFileURL(join(folder, 'index.js')).href
    const rows: Row[] = []
    for (const [name, run] of Object.entries(parts))
      if (wanted.length === 0 || wanted.includes(name)) rows.push(...(await run(folder, entry)))
    return rows
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
