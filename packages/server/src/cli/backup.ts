import { resolve } from 'node:path'
import { type BackupDone, type BackupManifest, backUpClosedStore, restoreInto } from '../main/backup.ts'
import { askControl } from '../main/control.ts'
import type { Options } from '../options.ts'
import { printFailure } from './print-failure.ts'
import { readOptions } from './read-options.ts'

/**
 * `wakeline backup DIR [--since EARLIER]`: asks the server that runs on `--directory`, or opens the store when none does.
 * `wakeline restore DIR`: fills `--directory`, where no store may be.
 */
export async function runBackup(argv: readonly string[]): Promise<number> {
  return withFolder('backup', argv, async ({ folder, since, options }) => {
    const directory = resolve(options.directory)
    const words = { to: folder, since }
    const done = (await askControl<BackupDone>(directory, 'backup', words)) ?? (await backUpClosedStore(options, words))
    const { copiedBytes, sharedBytes, manifest } = done
    printTables(manifest)
    console.log(`Backed up to ${folder}: ${copiedBytes} bytes copied, ${sharedBytes} shared with the earlier backup.`)
  })
}

export async function runRestore(argv: readonly string[]): Promise<number> {
  return withFolder('restore', argv, async ({ folder, options }) => {
    const directory = resolve(options.directory)
    printTables(await restoreInto(options, folder))
    console.log(`Restored into ${directory}; every part matches its checksums and every table has its rows.`)
  })
}

type Given = { folder: string; since: string; options: Options }

async function withFolder(
  command: 'backup' | 'restore',
  argv: readonly string[],
  act: (given: Given) => Promise<void>,
): Promise<number> {
  const { folder, since, rest } = takeFolder(argv)
  const read = readOptions({ argv: rest, env: process.env })
  if (folder === '') {
    console.error(`Cannot ${command}: name the folder, as wakeline ${command} DIR; see "wakeline help ${command}".`)
    return 2
  }
  if ('errors' in read) {
    for (const error of read.errors) console.error(error)
    return 2
  }
  try {
    await act({ folder, since, options: read.options })
    return 0
  } catch (error) {
    printFailure(error)
    return 1
  }
}

/** The folder is the first word; `--since` is of these commands alone, everything else an option of the server. */
function takeFolder(argv: readonly string[]): { folder: string; since: string; rest: string[] } {
  const rest = [...argv]
  const folder = rest[0]?.startsWith('--') === false ? (rest.shift() ?? '') : ''
  const at = rest.findIndex((word) => word === '--since' || word.startsWith('--since='))
  const inline = rest[at]?.startsWith('--since=') === true
  const taken = at < 0 ? [] : rest.splice(at, inline ? 1 : 2)
  const since = inline ? (taken[0] ?? '').slice('--since='.length) : (taken[1] ?? '')
  return { folder: folder === '' ? '' : resolve(folder), since: since === '' ? '' : resolve(since), rest }
}

function printTables({ tables }: BackupManifest): void {
  for (const [table, { rows, parts, bytes }] of Object.entries(tables)) {
    console.log(
      `  ${table.padEnd(16)} ${String(rows).padStart(12)} rows  ${String(parts).padStart(5)} parts  ${bytes} bytes`,
    )
  }
}
