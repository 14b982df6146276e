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

/** What is published (the minified build) against the libraries it replaces, each in processes of its own. */
export async function benchSdk(): Promise<Row[]> {
  installPeers()
  const folder = await mkdtemp(join(tmpdir(), 'wakeline-bench-'))
  try {
    await buildSdk(folder)
    const entry = pathToFileURL(join(folder, 'index.js')).href
    return [
      ...benchOperations(entry),
      ...(await benchHttp(folder)),
      ...benchStartUp(folder, entry),
      ...benchInstalledSize(folder),
    ]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
