import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * What a power cut takes beyond what a killed process loses: bytes that were written and not synced. The server runs with
 * `note-syncs.c` before it, which notes each fsync and fdatasync of the server and of its engine; after the kill, every file
 * of the data directory is cut back to what was synced of it, or to somewhere behind that, or its tail becomes zeros.
 *
 *   simulated       lost bytes, of the segment log and of every file of the engine
 *   not simulated   lost names (files are taken as created, renamed and removed in order, as a journalling file system
 *                   does it), bytes changed in place, and disks that lie about a sync
 *
 * Files older than the kernel's write-back are taken as written: it writes dirty pages after 30 s.
 */
const writtenBackMs = 35_000

export type PowerLoss = { env: Record<string, string>; strike(directory: string, random: () => number): Promise<Cut> }
export type Cut = { files: number; bytes: number }

/** Undefined, with a reason said, where it cannot be simulated. */
export function preparePowerLoss(folder: string): PowerLoss | undefined {
  const library = join(folder, 'note-syncs.so')
  const source = join(import.meta.dirname, 'note-syncs.c')
  const built =
    process.platform === 'linux'
      ? spawnSync('cc', ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl'], { encoding: 'utf8' })
      : undefined
  if (built?.status !== 0) {
    console.error('SKIPPED: power loss needs Linux and a C compiler ("cc"); the server is only killed.')
    return undefined
  }
  const notes = join(folder, 'syncs.txt')
  return {
    env: { LD_PRELOAD: library, NOTE_SYNCS: notes },
    strike: (directory, random) => strike(directory, existsSync(notes) ? readSynced(notes) : new Map(), random),
  }
}

/** Bytes known to be durable, by inode and birth: as the sync that began last found them, which may not be the one that ended last. */
function readSynced(notes: string): Map<string, number> {
  const synced = new Map<string, { bytes: number; began: bigint }>()
  // What stands behind the last newline was torn by the kill.
  for (const line of readFileSync(notes, 'utf8').split('\n').slice(0, -1)) {
    const [inode, birth, bytes, began] = line.split(' ')
    if (began === undefined) throw new Error(`"${line}" is no note of a sync`)
    const key = `${inode} ${birth}`
    const later = { bytes: Number(bytes), began: BigInt(began) }
    if (later.began >= (synced.get(key)?.began ?? 0n)) synced.set(key, later)
  }
  return new Map([...synced].map(([key, { bytes }]) => [key, bytes]))
}

async function strike(directory: string, synced: ReadonlyMap<string, number>, random: () => number): Promise<Cut> {
  const cut: Cut = { files: 0, bytes: 0 }
  const oldMs = Date.now() - writtenBackMs
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const { ino, birthtimeNs, size, mtimeMs } = await stat(path, { bigint: true })
    const birth = `${birthtimeNs / 1_000_000_000n}.${String(birthtimeNs % 1_000_000_000n).padStart(9, '0')}`
    const durable = Math.min(synced.get(`${ino} ${birth}`) ?? 0, Number(size))
    if (Number(mtimeMs) < oldMs || durable === Number(size)) continue
    cut.files += 1
    cut.bytes += Number(size) - durable
    await lose(path, { durable, size: Number(size) }, random)
  }
  return cut
}

async function lose(
  path: string,
  { durable, size }: { durable: number; size: number },
  random: () => number,
): Promise<void> {
  const kept = durable + Math.floor(random() * (size - durable))
  const choice = random()
  const file = await open(path, 'r+')
  try {
    if (choice < 0.6) await file.truncate(durable)
    else if (choice < 0.8) await file.truncate(kept)
    else await file.write(Buffer.alloc(size - kept), 0, size - kept, kept)
  } finally {
    await file.close()
  }
}
