import { constants } from 'node:fs'
import { link, mkdir, open, readdir, readFile, rename, rm, statfs, truncate } from 'node:fs/promises'

/** The file system as the segment log uses it: handed in, so that a test can fill the disk at any byte. */
export type Files = {
  makeDirectory(path: string): Promise<void>
  list(path: string): Promise<string[]>
  read(path: string): Promise<Uint8Array>
  /** Creates the file; it must not be there. What is written to one that `isSynced` is durable when the write has ended. */
  create(path: string, isSynced: boolean): Promise<AppendFile>
  truncate(path: string, length: number): Promise<void>
  /** Makes all that a file holds now durable. */
  sync(path: string): Promise<void>
  rename(from: string, to: string): Promise<void>
  /** A second name for the same bytes. No error when it is there already. */
  link(from: string, to: string): Promise<void>
  /** No error when it is gone already. */
  remove(path: string): Promise<void>
  /** Makes created, renamed and removed names durable. */
  syncDirectory(path: string): Promise<void>
  freeBytes(path: string): Promise<number>
}

export type AppendFile = {
  /** Writes all of `bytes` at `position`, or throws. Others may be on their way. */
  write(bytes: Uint8Array, position: number): Promise<void>
  /** Makes a length that was cut durable. */
  sync(): Promise<void>
  truncate(length: number): Promise<void>
  close(): Promise<void>
}

export const realFiles: Files = {
  makeDirectory: async (path) => {
    await mkdir(path, { recursive: true })
  },
  list: (path) => readdir(path),
  read: (path) => readFile(path),
  create: createFile,
  truncate,
  sync: async (path) => {
    const file = await open(path, 'r+')
    try {
      await file.sync()
    } finally {
      await file.close()
    }
  },
  rename,
  link: async (from, to) => {
    await rm(to, { force: true })
    await link(from, to)
  },
  remove: (path) => rm(path, { force: true }),
  syncDirectory: async (path) => {
    const directory = await open(path, 'r')
    try {
      await directory.sync()
    } finally {
      await directory.close()
    }
  },
  freeBytes: async (path) => {
    const { bavail, bsize } = await statfs(path)
    return bavail * bsize
  },
}

const { O_CREAT, O_DSYNC, O_EXCL, O_WRONLY } = constants
/** To write and to sync in one call, and not to come back to a busy event loop in between. On macOS it stops short of the disk. */
const syncedFlags = process.platform === 'linux' ? O_WRONLY | O_CREAT | O_EXCL | O_DSYNC : undefined

async function createFile(path: string, isSynced: boolean): Promise<AppendFile> {
  const flags = isSynced ? syncedFlags : undefined
  const file = await open(path, flags ?? 'wx')
  return {
    write: async (bytes, position) => {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done)
        done += bytesWritten
      }
      if (isSynced && flags === undefined) await file.datasync()
    },
    sync: () => file.datasync(),
    truncate: (length) => file.truncate(length),
    close: () => file.close(),
  }
}
