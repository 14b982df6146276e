import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { appendFile, open, readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/**
 * What a power cut takes beyond what a killed process loses: bytes that were written and not synced. The server runs with
 * `note-syncs.c` before it, which notes each fsync, fdatasync and synced write of the server and of its engine; after the kill, every file
 * of the data directory is cut back to what was synced of it, or to somewhere behind that, or its tail becomes zeros. In a file of the
 * segment log, to which several writes are on their way at once, zeros may be followed by bytes that were written.
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
/** What became of one file: from `durable` bytes of `size` on it was cut off, or cut off later, at `kept`, or had so many `zeros` from there on. */
type Lost = { path: string; durable: number; size: number; kept: number; zeros: number }

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
    strike: async (directory, random) => {
      const lost = await strike(directory, existsSync(notes) ? readSynced(notes) : new Map(), random)
      const line = JSON.stringify({ at: Date.now(), lost })
      await appendFile(join(folder, 'power-losses.txt'), `${line}\n`)
      return { files: lost.length, bytes: lost.reduce((sum, { size, durable }) => sum + size - durable, 0) }
    },
  }
}

type Synced = { bytes: number; began: bigint; written: { from: number; to: number }[] }

/**
 * Bytes known to be durable, by inode and birth: as the sync that began last found them, which may not be the one that ended last, and
 * from there on what synced writes have put behind one another.
 */
function readSynced(notes: string): Map<string, number> {
  const files = new Map<string, Synced>()
  // What stands behind the last newline was torn by the kill.
  for (const line of readFileSync(notes, 'utf8').split('\n').slice(0, -1)) {
    const [inode, birth, bytes, began, from] = line.split(' ')
    if (began === undefined) throw new Error(`"${line}" is no note of a sync`)
    const key = `${inode} ${birth}`
    const file = files.get(key) ?? { bytes: 0, began: 0n, written: [] }
    files.set(key, file)
    if (from !== undefined) file.written.push({ from: Number(from), to: Number(bytes) })
    else if (BigInt(began) >= file.began) Object.assign(file, { bytes: Number(bytes), began: BigInt(began) })
  }
  return new Map([...files].map(([key, file]) => [key, endOf(file)]))
}

function endOf({ bytes, written }: Synced): number {
  let end = bytes
  for (const { from, to } of written.toSorted((one, other) => one.from - other.from)) {
    if (from <= end) end = Math.max(end, to)
  }
  return end
}

async function strike(directory: string, synced: ReadonlyMap<string, number>, random: () => number): Promise<Lost[]> {
  const lost: Lost[] = []
  const oldMs = Date.now() - writtenBackMs
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const { ino, birthtimeNs, size, mtimeMs } = await stat(path, { bigint: true })
    const birth = `${birthtimeNs / 1_000_000_000n}.${String(birthtimeNs % 1_000_000_000n).padStart(9, '0')}`
    const durable = Math.min(synced.get(`${ino} ${birth}`) ?? 0, Number(size))
    if (Number(mtimeMs) < oldMs || durable === Number(size)) continue
    lost.push(await lose(path, { durable, size: Number(size) }, random))
  }
  return lost
}

async function lose(
  path: string,
  { durable, size }: { durable: number; size: number },
  random: () => number,
): Promise<Lost> {
  const between = durable + Math.floor(random() * (size - durable))
  const choice = random()
  const isHole = choice >= 0.9 && dirname(path).endsWith('segments')
  const kept = choice < 0.6 || isHole ? durable : between
  const zeros = isHole ? between - durable : choice >= 0.8 ? size - kept : 0
  const file = await open(path, 'r+')
  try {
    if (isHole || zeros > 0) await file.write(Buffer.alloc(zeros), 0, zeros, kept)
    else await file.truncate(kept)
  } finally {
    await file.close()
  }
  return { path, durable, size, kept, zeros }
}
