import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runFolderVariable } from '../packages/server/src/store/migrated-folder.case.ts'

/** A folder of the run: what tests make once and share, see migrated-folder.case.ts. */
export default async function setUp(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'wakeline-run-'))
  process.env[runFolderVariable] = folder
  return () => rm(folder, { recursive: true, force: true })
}
