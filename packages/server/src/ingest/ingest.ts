import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { BatchAccount } from '@wakeline/protocol'
import type { Writer } from '../store/store.ts'
import { Arrival, type ArrivalOptions } from './arrival/arrival.ts'
import type { Decode, Decoded, DecodeLimits, Refused } from './decode/decode.ts'
import { expandSnappy } from './decode/expand-snappy.ts'
import { OpenBlocks } from './decode/open-blocks.ts'
import { decodeOtlpLogs, decodeOtlpMetrics, decodeOtlpTraces } from './decode/otlp.ts'
import { decodeRemoteWrite1, decodeRemoteWrite2 } from './decode/remote-write.ts'
import { Loader } from './load/loader.ts'
import { appendReceipt } from './receipt.ts'
import { BatchKeys, batchKeyOf, type Signal } from './segment/batch-keys.ts'
import { type Files, realFiles } from './segment/files.ts'
import type { Batch, Rejects } from './segment/journal.ts'
import { type Recovered, recoverSegments } from './segment/recover.ts'
import { type Durable, SegmentLog } from './segment/segment-log.ts'
import { markOfShedding, type ShedCounts, shedLevelOf, shedNames } from './shedding.ts'
import { steadyClock } from './steady-clock.ts'

export type { Signal } from './segment/batch-keys.ts'
export type { Rejects } from './segment/journal.ts'

/**
 * receive -> decode -> segment -> load, from the bytes of a request on. A request is answered when its rows are in the
 * segment log; from there they reach the store once, whatever dies in between.
 *
 *   <directory>/segments/   what is not in the store yet, and receipts
 *   <directory>/poison/     files the store refused for good
 */
export type IngestOptions = {
  /** 'fsync': what is acknowledged survives a power cut. 'os': it survives the end of this process. */
  durability: 'fsync' | 'os'
  segmentAgeMs: number
  segmentRowsMax: number
  segmentSizeMaxBytes: number
  /** Bytes that wait for the store; beyond it senders are told to try again later. */
  waitingMaxBytes: number
  /** Disk space kept free; below it senders are told to try again later. */
  diskFreeMinBytes: number
  /** How long a repeated batch is recognised, and how many batches are remembered. */
  batchKeepMs: number
  batchesMax: number
  originsKnownMax: number
  seriesKnownMax: number
  limits: DecodeLimits
  /** What is done to records besides storing them as they were sent; without it, nothing is. */
  arrival?: ArrivalOptions
}

/** What bodies are in: OTLP of a signal, or Prometheus remote write 1.0 or 2.0. */
export type Format = Signal | 'remote-write-1' | 'remote-write-2'

export type IngestParts = {
  store: Writer
  directory: string
  options: IngestOptions
  nowUnixMs: () => number
  report: (sentence: string) => void
  /** The real file system, but for tests. */
  files?: Files
}

export type Submitted =
  | { outcome: 'stored'; rejected: number; reason: string; duplicated: boolean; written?: Decoded['written'] }
  /** The body is at fault: the same bytes will never be taken. */
  | { outcome: 'refused'; reason: string }
  /** Nothing is wrong with the body, and nothing of it was kept. */
  | { outcome: 'later'; reason: string; retryAfterMs: number }

export type IngestCounts = Record<
  'spans' | 'logs' | 'points',
  { accepted: number; rejected: number; loaded: number }
> & {
  duplicatedRequests: number
  /** Requests forgotten before their time, as there were too many: one of them sent again would be stored twice. */
  forgottenRequests: number
  /** Values that were replaced because they were, or had in them, a secret. */
  redactedValues: number
  /** What finds no room because the disk is nearly full, now and since the start. */
  shed: ShedCounts
  waitingSegments: number
  waitingBytes: number
  poisonedSegments: number
  /** Groups cut off at the start: they were being written when the last run ended, and were never acknowledged. */
  tornGroups: number
}

export type SubmitMore = {
  /** What a transcoder rejected. */
  before?: Rejects | undefined
  /** What the sender says of the batch, to be kept with it. */
  account?: BatchAccount | undefined
  /** Whether the body is in snappy, and makes no more bytes than are taken. */
  isSnappy?: boolean | undefined
}

export type Ingest = {
  /**
   * `body` is protobuf, of OTLP where the format is a signal, and must not be changed until the answer.
   * `batchId` is the sender's own name for the batch; without one the bytes are. What was left out `before` is counted
   * and answered with the rejects of the body.
   */
  submit(format: Format, body: Uint8Array, batchId?: string, more?: SubmitMore): Promise<Submitted>
  counts(): IngestCounts
  /** Brings all that was acknowledged before the call into the store; false when it is not there in time. */
  flush(timeoutMs: number): Promise<boolean>
  /** Takes no more, makes durable what it holds, loads what it can. */
  stop(): Promise<void>
}

/** Larger than any segment: `segmentRowsMax` and one group more. */
const blockRows = 1_000_000
/** Rows gathered behind a slow disk, beyond which senders are told to try again later. */
const groupRowsMax = 200_000
const retryAfterMs = 1000
const noRejects: Rejects = { rejected: 0, reason: '' }
/** Batches whose rejects are remembered, for when they are sent again. */
const rejectsMax = 10_000
const diskCheckMs = 1000

const decoders: Record<Format, Decode> = {
  traces: decodeOtlpTraces,
  logs: decodeOtlpLogs,
  metrics: decodeOtlpMetrics,
  'remote-write-1': decodeRemoteWrite1,
  'remote-write-2': decodeRemoteWrite2,
}
const counted = {
  traces: 'spans',
  logs: 'logs',
  metrics: 'points',
  'remote-write-1': 'points',
  'remote-write-2': 'points',
} as const

export async function startIngest(parts: IngestParts): Promise<Ingest> {
  const files = parts.files ?? realFiles
  const segments = join(parts.directory, 'segments')
  await files.makeDirectory(segments)
  const recovered = await recoverSegments(segments, files, join(parts.directory, 'poison'))
  for (const { segment, groups, rows, keptIn } of recovered.damaged) {
    parts.report(
      `Cannot load ${groups} groups of segment ${segment}, ${rows} rows: the first is not on disk as it was written; the files are kept in ${keptIn}`,
    )
  }
  if (recovered.tornGroups > 0) {
    parts.report(
      `${recovered.tornGroups} groups were being written when the last run ended; they were cut off, and their senders had no answer`,
    )
  }
  const ingest = new RunningIngest(parts, files, recovered)
  await ingest.watchDisk()
  return ingest
}

class RunningIngest implements Ingest {
  readonly #parts: IngestParts
  readonly #files: Files
  readonly #blocks: OpenBlocks
  readonly #arrival: Arrival | undefined
  readonly #keys: BatchKeys
  /** When batches came that are remembered: a clock that leaps would let all be forgotten at once, or none. */
  readonly #steadyMs: () => number
  readonly #log: SegmentLog
  readonly #loader: Loader
  readonly #committing = new Map<string, Promise<Durable>>()
  readonly #rejects = new Map<string, Rejects>()
  readonly #accepted = { spans: 0, logs: 0, points: 0 }
  readonly #rejected = { spans: 0, logs: 0, points: 0 }
  readonly #tornGroups: number
  readonly #damagedSegments: number
  readonly #shed: ShedCounts = { level: 0, sinceMs: null, logs: 0, spans: 0 }
  /** What had been shed when it began the last time. */
  #shedBefore = { logs: 0, spans: 0 }
  #duplicated = 0
  #diskFreeBytes = Number.POSITIVE_INFINITY
  #isDiskUnseen = false
  #diskTimer: NodeJS.Timeout | undefined
  #stopped = false

  constructor(parts: IngestParts, files: Files, recovered: Recovered) {
    const { directory, options, nowUnixMs, report, store } = parts
    const segments = join(directory, 'segments')
    this.#parts = parts
    this.#files = files
    this.#tornGroups = recovered.tornGroups
    this.#damagedSegments = recovered.damaged.length
    this.#blocks = new OpenBlocks(options)
    this.#arrival = options.arrival === undefined ? undefined : new Arrival(options.arrival)
    this.#keys = new BatchKeys({ keepMs: options.batchKeepMs, countMax: options.batchesMax })
    this.#steadyMs = steadyClock(nowUnixMs())
    for (const { group, atUnixMs } of recovered.batches) {
      for (const batch of group) this.#know(batch, Math.min(atUnixMs, this.#steadyMs()))
    }
    const shared = { directory: segments, files, nowUnixMs, report }
    this.#loader = new Loader(
      {
        ...shared,
        nowUnixMs: this.#steadyMs,
        poisonDirectory: join(directory, 'poison'),
        store,
        retryMinMs: 100,
        retryMaxMs: 5000,
        receiptKeepMs: options.batchKeepMs,
        setAside: () => this.#blocks.forgetKnown(),
        caughtUp: () => this.#log.caughtUp(),
      },
      recovered.receipts,
    )
    for (const segment of recovered.segments) this.#loader.add(segment)
    this.#log = new SegmentLog(this.#blocks, {
      ...shared,
      firstNumber: recovered.nextNumber,
      header: { format: 1, server: randomBytes(9).toString('base64url'), blockRows },
      durability: options.durability,
      sealAgeMs: options.segmentAgeMs,
      sealRows: Math.min(options.segmentRowsMax, blockRows - 2 * groupRowsMax),
      sealBytes: options.segmentSizeMaxBytes,
      publish: (block) => store.publish(block),
      hand: (segment) => this.#loader.add(segment),
      isBehind: () => this.#loader.isBusy,
    })
  }

  async submit(format: Format, body: Uint8Array, batchId?: string, more: SubmitMore = {}): Promise<Submitted> {
    const { before = noRejects, account, isSnappy = false } = more
    const key = batchKeyOf(format, batchId ?? body)
    for (let first = this.#committing.get(key); first !== undefined; first = this.#committing.get(key)) await first
    if (this.#keys.has(key)) {
      this.#duplicated += 1
      // What a transcoder left out is no part of the key: a batch without it may have been the first.
      return { outcome: 'stored', ...(this.#rejects.get(key) ?? before), duplicated: true }
    }
    const full = this.#whyLater()
    if (full !== undefined) return { outcome: 'later', reason: full, retryAfterMs }
    const rowsBefore = this.#blocks.rows
    const decoded = this.#decode(format, body, isSnappy)
    if ('refused' in decoded) return { outcome: 'refused', reason: decoded.refused }
    if (account !== undefined) {
      appendReceipt(this.#blocks, account, { signal: format, decoded, nowUnixMs: this.#parts.nowUnixMs() })
    }
    const rejected = decoded.rejected + before.rejected
    const reason = before.reason || decoded.reason
    const { written } = decoded
    const told = { rejected, reason, ...(written === undefined ? {} : { written }) }
    // Exemplars alone are rows, too, though no record is counted.
    if (this.#blocks.rows > rowsBefore) {
      const durable = await this.#commit({ key, rejects: rejected > 0 ? told : undefined })
      if (!durable.durable) return { outcome: 'later', reason: durable.reason, retryAfterMs }
    }
    this.#count(format, { ...decoded, rejected })
    return { outcome: 'stored', ...told, duplicated: false }
  }

  #decode(format: Format, body: Uint8Array, isSnappy: boolean): Decoded | Refused {
    const expanded = isSnappy ? expandSnappy(body, this.#blocks) : body
    if ('refused' in expanded) return expanded
    return decoders[format](expanded, {
      blocks: this.#blocks,
      nowUnixMs: this.#parts.nowUnixMs(),
      limits: this.#parts.options.limits,
      arrival: this.#arrival,
      shedLevel: format === 'traces' || format === 'logs' ? this.#shed.level : 0,
    })
  }

  /** So that a repeat, in this run or a later one, is told what the batch was told. Those with rejects are few. */
  #know({ key, rejects }: Batch, atUnixMs: number): void {
    this.#keys.add([key], atUnixMs)
    if (rejects === undefined) return
    this.#rejects.set(key, rejects)
    for (const oldest of this.#rejects.keys()) {
      if (this.#rejects.size <= rejectsMax) return
      this.#rejects.delete(oldest)
    }
  }

  /** A repeat that arrives meanwhile waits for this; the key is known before either is answered. */
  #commit(batch: Batch): Promise<Durable> {
    const committing = this.#log.commit(batch).then((outcome) => {
      this.#committing.delete(batch.key)
      if (outcome.durable) this.#know(batch, this.#steadyMs())
      return outcome
    })
    this.#committing.set(batch.key, committing)
    return committing
  }

  #count(format: Format, { accepted, rejected, shed = 0 }: Decoded): void {
    this.#accepted[counted[format]] += accepted
    this.#rejected[counted[format]] += rejected - shed
    if (format === 'logs') this.#shed.logs += shed
    else this.#shed.spans += shed
  }

  #whyLater(): string | undefined {
    const { waitingMaxBytes, diskFreeMinBytes } = this.#parts.options
    const cannot = 'Cannot take more data now: '
    if (this.#stopped) return `${cannot}the server is stopping`
    const waiting = this.#loader.counts().waitingBytes + this.#log.openBytes
    if (waiting >= waitingMaxBytes)
      return `${cannot}${waiting} bytes wait for the store and the limit is ${waitingMaxBytes}`
    if (this.#blocks.rows >= groupRowsMax) return `${cannot}the disk is slow and ${groupRowsMax} rows wait for it`
    if (this.#diskFreeBytes >= diskFreeMinBytes) return undefined
    return `${cannot}the disk has ${this.#diskFreeBytes} bytes left and ${diskFreeMinBytes} are kept free`
  }

  counts(): IngestCounts {
    const { loaded, waitingBytes, waitingSegments, poisonedSegments } = this.#loader.counts()
    const { samples = 0, histograms = 0, summaries = 0 } = loaded
    const of = (name: 'spans' | 'logs' | 'points', rows: number) => ({
      accepted: this.#accepted[name],
      rejected: this.#rejected[name],
      loaded: rows,
    })
    return {
      spans: of('spans', loaded.spans ?? 0),
      logs: of('logs', loaded.logs ?? 0),
      points: of('points', samples + histograms + summaries),
      duplicatedRequests: this.#duplicated,
      forgottenRequests: this.#keys.forgottenEarly,
      redactedValues: this.#arrival?.redacted ?? 0,
      shed: { ...this.#shed },
      waitingSegments,
      waitingBytes: waitingBytes + this.#log.openBytes,
      poisonedSegments: poisonedSegments + this.#damagedSegments,
      tornGroups: this.#tornGroups,
    }
  }

  async flush(timeoutMs: number): Promise<boolean> {
    await this.#log.flush()
    return this.#loader.loaded(timeoutMs)
  }

  async watchDisk(): Promise<void> {
    try {
      this.#diskFreeBytes = await this.#files.freeBytes(this.#parts.directory)
      this.#isDiskUnseen = false
    } catch (error) {
      // Looked at every second, said once until it is seen again.
      if (!this.#isDiskUnseen) this.#parts.report(`Cannot see how full the disk is: ${error}`)
      this.#isDiskUnseen = true
    }
    if (this.#stopped) return
    this.#look()
    this.#diskTimer = setTimeout(() => void this.watchDisk(), diskCheckMs)
    this.#diskTimer.unref()
  }

  /** Sheds more or less as the disk has it, says so, and marks it in what is stored. */
  #look(): void {
    const { nowUnixMs, options, report } = this.#parts
    const shed = this.#shed
    const level = shedLevelOf(this.#diskFreeBytes, options.diskFreeMinBytes)
    if (level === shed.level) return
    if (shed.level === 0) {
      shed.sinceMs = nowUnixMs()
      this.#shedBefore = { logs: shed.logs, spans: shed.spans }
    }
    shed.level = level
    const logs = shed.logs - this.#shedBefore.logs
    const spans = shed.spans - this.#shedBefore.spans
    const text =
      level === 0
        ? `The disk has room again: everything is stored; ${logs} log records and ${spans} spans were not`
        : `The disk is nearly full, ${this.#diskFreeBytes} bytes are left: ${shedNames[level]} are not stored for now`
    if (level === 0) shed.sinceMs = null
    report(text)
    const mark = markOfShedding(text, nowUnixMs(), { ...shed, logs, spans })
    // Where even this finds no room, the report has said it.
    void this.submit('logs', mark, randomBytes(9).toString('base64url')).catch((error: unknown) =>
      report(String(error)),
    )
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#diskTimer)
    await Promise.allSettled(this.#committing.values())
    await this.#log.stop()
    await this.#loader.stop()
  }
}
