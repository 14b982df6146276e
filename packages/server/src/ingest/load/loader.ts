import { basename, join } from 'node:path'
import { type SealedFile, StoreAwayError, type Writer } from '../../store/store.ts'
import { type TableName, tableNames } from '../../store/tables.ts'
import type { Files } from '../segment/files.ts'
import { journalPath, receiptPath, type SealedSegment, type SegmentFile } from '../segment/open-segment.ts'

/**
 * Sealed segments go into the store one after another, each table as one insert. A segment stays on disk until
 * all of it is in; then its journal becomes the receipt and its data goes. A file the store can never take is set
 * aside in `poison/` and the rest goes on.
 */
export type LoaderOptions = {
  directory: string
  poisonDirectory: string
  files: Files
  store: Writer
  retryMinMs: number
  retryMaxMs: number
  /** How long a receipt is kept: a batch sent again within it is recognised. */
  receiptKeepMs: number
  /** Steady: receipts go by it. */
  nowUnixMs: () => number
  /** Rows of an earlier group were lost to the poison folder: ids they introduced must be written again. */
  setAside: () => void
  /** Called when nothing is being loaded any more. */
  caughtUp: () => void
  report: (sentence: string) => void
}

export type LoaderCounts = {
  waitingSegments: number
  waitingBytes: number
  poisonedSegments: number
  loaded: Partial<Record<TableName, number>>
}

/** How often the store may refuse a file before it is set aside. */
const refusalsMax = 4

type Receipt = { path: string; lastUnixMs: number }

export class Loader {
  readonly #options: LoaderOptions
  readonly #waiting: SealedSegment[] = []
  readonly #receipts: Receipt[]
  readonly #loaded: Partial<Record<TableName, number>> = {}
  readonly #stopping = new AbortController()
  #waitingBytes = 0
  #poisoned = 0
  #running: Promise<void> | undefined

  constructor(options: LoaderOptions, receipts: readonly Receipt[]) {
    this.#options = options
    this.#receipts = [...receipts].sort((one, other) => one.lastUnixMs - other.lastUnixMs)
  }

  add(segment: SealedSegment): void {
    this.#waiting.push(segment)
    this.#waitingBytes += segment.bytes
    this.#running ??= this.#run()
  }

  get isBusy(): boolean {
    return this.#running !== undefined
  }

  /** Resolves when what waits now is in the store or set aside; false when that takes longer. */
  async loaded(timeoutMs: number): Promise<boolean> {
    const last = this.#waiting.at(-1)
    const endMs = performance.now() + timeoutMs
    while (last !== undefined && this.#waiting.includes(last)) {
      if (performance.now() > endMs || this.#running === undefined) return false
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    return true
  }

  counts(): LoaderCounts {
    return {
      waitingSegments: this.#waiting.length,
      waitingBytes: this.#waitingBytes,
      poisonedSegments: this.#poisoned,
      loaded: { ...this.#loaded },
    }
  }

  /** Loads what is waiting; a store that is away is given up on, and its segments wait for the next start. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    for (;;) {
      const segment = this.#waiting[0]
      if (segment === undefined) break
      if (!(await this.#loadSegment(segment))) break
      this.#waiting.shift()
      this.#waitingBytes -= segment.bytes
    }
    this.#running = undefined
    this.#options.caughtUp()
  }

  /** False when it was given up because the server is stopping. */
  async #loadSegment(segment: SealedSegment): Promise<boolean> {
    let poisoned = false
    for (const file of inLoadOrder(segment.files)) {
      const outcome = await this.#loadFile(segment, file)
      if (outcome === 'given up') return false
      if (outcome === 'poison') poisoned = true
      else this.#loaded[file.table] = (this.#loaded[file.table] ?? 0) + file.rows
    }
    if (poisoned) {
      this.#poisoned += 1
      this.#options.setAside()
    }
    return this.#finish(segment)
  }

  async #loadFile(segment: SealedSegment, file: SegmentFile): Promise<'loaded' | 'poison' | 'given up'> {
    const { header, number } = segment
    const sealed: SealedFile = {
      table: file.table,
      path: file.path,
      rows: file.rows,
      token: `${header.server}-${number}-${file.table}`,
      blockRows: header.blockRows,
    }
    const { retryMinMs, report, store } = this.#options
    for (let tries = 1; ; tries += 1) {
      try {
        const done = await this.#retrying(`load ${file.path}`, () => store.load(sealed))
        return done ? 'loaded' : 'given up'
      } catch (error) {
        // What looks like the file's fault may have been the engine's: loading again costs little and doubles nothing.
        if (tries < refusalsMax && !this.#stopping.signal.aborted) {
          report(`${error}; trying again, ${refusalsMax - tries} times more at most`)
          await this.#pause(retryMinMs * 2 ** tries)
          continue
        }
        if (tries < refusalsMax) return 'given up'
        await this.#setAside(file, error)
        return 'poison'
      }
    }
  }

  /** Tries until it works; false when the server stops first. Throws what trying again cannot mend. */
  async #retrying(what: string, act: () => Promise<void>): Promise<boolean> {
    const { retryMinMs, retryMaxMs, report } = this.#options
    for (let waitMs = retryMinMs; ; waitMs = Math.min(waitMs * 2, retryMaxMs)) {
      try {
        await act()
        return true
      } catch (error) {
        if (!isPassing(error)) throw error
        if (this.#stopping.signal.aborted) return false
        report(`Cannot ${what} now, trying again in ${waitMs} ms: ${error}`)
        await this.#pause(waitMs)
      }
    }
  }

  /** The file keeps its name in the segment's folder until the whole segment is done: a restart in between finds it. */
  async #setAside(file: SegmentFile, error: unknown): Promise<void> {
    const { files, poisonDirectory, report } = this.#options
    const kept = join(poisonDirectory, `${this.#options.nowUnixMs()}-${basename(file.path)}`)
    report(`${error}; its ${file.rows} rows are set aside in ${kept}`)
    await this.#retrying(`set aside ${file.path}`, async () => {
      await files.makeDirectory(poisonDirectory)
      await files.link(file.path, kept)
      await files.syncDirectory(poisonDirectory)
    })
  }

  /** The rename is the moment: before it a crash means loading again, after it the data files are litter. */
  async #finish(segment: SealedSegment): Promise<boolean> {
    const { files, directory } = this.#options
    const path = receiptPath(directory, segment.number)
    const renamed = await this.#retrying(`finish segment ${segment.number}`, () =>
      files.rename(journalPath(directory, segment.number), path),
    )
    if (!renamed) return false
    this.#receipts.push({ path, lastUnixMs: this.#options.nowUnixMs() })
    return this.#retrying(`clear up after segment ${segment.number}`, async () => {
      await files.syncDirectory(directory)
      for (const file of segment.files) await files.remove(file.path)
      await this.#removeOldReceipts()
    })
  }

  async #removeOldReceipts(): Promise<void> {
    const oldestMs = this.#options.nowUnixMs() - this.#options.receiptKeepMs
    for (let first = this.#receipts[0]; first !== undefined && first.lastUnixMs < oldestMs; first = this.#receipts[0]) {
      await this.#options.files.remove(first.path)
      this.#receipts.shift()
    }
  }

  #pause(ms: number): Promise<void> {
    const { signal } = this.#stopping
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', end)
        resolve()
      }
      const timer = setTimeout(end, ms)
      signal.addEventListener('abort', end, { once: true })
    })
  }
}

/** What rows refer to comes before them: nobody who sees a span may miss its resource. */
function inLoadOrder(files: readonly SegmentFile[]): SegmentFile[] {
  return files.toSorted((one, other) => tableNames.indexOf(one.table) - tableNames.indexOf(other.table))
}

/** The store is away, or the file system refused for now. */
function isPassing(error: unknown): boolean {
  return error instanceof StoreAwayError || (error instanceof Error && 'syscall' in error)
}
