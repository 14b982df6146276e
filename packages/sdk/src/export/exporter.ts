import { accountingHeaders, type DropReason } from '@wakeline/protocol'
import { loadOnDemand } from '../on-demand/load.ts'
import type { Report } from '../report.ts'
import type { PartialSuccess } from './partial-success.ts'
import type { Request, SendResult, TlsFiles } from './sender.ts'
import { lengthOfAll, requestBody, type SignalBuffer, type Taken } from './signal-buffer.ts'

export type Signal = 'traces' | 'logs' | 'metrics'

/** One request body on its way. The id stays the same on every attempt: the server stores a batch once. */
interface Batch {
  readonly id: string
  readonly parts: readonly Uint8Array[]
  readonly bytes: number
  readonly records: number
  /** Number of its first record: see accounting.ts of the protocol. */
  readonly first: number
  attempts: number
  /** In another form than OTLP protobuf; made once, because making it may print it. */
  formed?: { readonly body: Buffer | undefined }
  /** The body as sent: gzipped when asked for. */
  sent: readonly Uint8Array[] | undefined
}

export interface ExporterSettings {
  readonly signal: Signal
  /** Which process: its records are numbered. */
  instance(): string
  /** Another form than OTLP protobuf. */
  readonly form?: ExportForm | undefined
  readonly url: string
  readonly headers: Record<string, string>
  readonly gzip: boolean
  readonly timeoutMs: number
  readonly tls?: TlsFiles | undefined
  /** Encoded when the first batch is made, not while the program starts. */
  resource(): Uint8Array
}

/** OTLP protobuf turned into what another backend wants. */
export interface ExportForm {
  readonly contentType: string
  /** Nothing to send, when it was for the console only: undefined. */
  encode(body: Buffer): Buffer | undefined
  /** What the answer says was not taken. */
  rejected(answer: Buffer): PartialSuccess
}

export interface ExporterParts {
  readonly settings: ExporterSettings
  readonly buffer: SignalBuffer
  send(request: Request): Promise<SendResult>
  readonly report: Report
  /** A timer that does not keep the process alive, outside of any request's context. */
  schedule(run: () => void, delayMs: number): NodeJS.Timeout
  random(): number
}

const noneRejected: PartialSuccess = { rejected: 0, why: '' }
const firstBackoffMs = 500
const maxBackoffMs = 30_000

/** Sends one signal's batches, in order, one at a time, until each is accepted or refused. */
export class Exporter {
  readonly settings: ExporterSettings
  sent = 0
  dropped = 0
  retries = 0
  /** False when each batch says only what the one before did not: then none may be left out. */
  replaces = true
  /** Records put into batches so far. */
  private numbered = 0
  private replaced = 0
  private readonly parts: ExporterParts
  private readonly queue: Batch[] = []
  private working: Promise<void> | undefined = undefined
  private retryTimer: NodeJS.Timeout | undefined = undefined

  constructor(parts: ExporterParts) {
    this.parts = parts
    this.settings = parts.settings
  }

  /** Takes what the buffer holds and sends it. Called by the clock, by a full buffer and by a flush. */
  exportNow(): void {
    const taken = this.parts.buffer.take()
    if (taken !== undefined) this.enqueue(taken)
    this.pump()
  }

  /** Replaces what has not been sent yet: a newer cumulative state of all metrics says everything an older one did. */
  replace(taken: Taken): void {
    this.replaceQuietly(taken)
    this.pump()
  }

  /** The same without sending: the process is about to end. */
  replaceQuietly(taken: Taken): void {
    const { buffer } = this.parts
    const kept = this.working === undefined ? 0 : 1
    for (const batch of this.replaces ? this.queue.splice(kept) : []) {
      this.replaced += batch.records
      buffer.queuedBytes -= batch.bytes
    }
    if (buffer.queuedBytes < buffer.maxBytes) this.enqueue(taken)
    else buffer.refuse(taken.records)
  }

  private enqueue(taken: Taken): void {
    const parts = requestBody(this.settings.resource(), taken.scopes)
    const bytes = lengthOfAll(parts)
    const first = this.numbered + 1
    this.numbered += taken.records
    this.queue.push({
      id: process.getBuiltinModule('node:crypto').randomBytes(16).toString('hex'),
      parts,
      bytes,
      records: taken.records,
      first,
      attempts: 0,
      sent: undefined,
    })
    this.parts.buffer.queuedBytes += bytes
  }

  /** Resolves when everything has been accepted, refused or given up for now. Does not wait out a backoff. */
  async flush(): Promise<void> {
    clearTimeout(this.retryTimer)
    this.retryTimer = undefined
    this.exportNow()
    await this.working
  }

  /** Everything not yet acknowledged, as requests: for the sender that works when the event loop no longer does. */
  remaining(): Request[] {
    const taken = this.parts.buffer.take()
    if (taken !== undefined) this.enqueue(taken)
    return this.queue.flatMap((batch) => {
      const body = this.formed(batch)
      return body === undefined ? [] : [this.request(batch, body, false)]
    })
  }

  stop(): void {
    clearTimeout(this.retryTimer)
    this.parts.buffer.droppedBefore = this.parts.buffer.dropped
  }

  private pump(): void {
    if (this.working !== undefined || this.retryTimer !== undefined || this.queue.length === 0) return
    const failed = (thrown: unknown) => this.parts.report(`Cannot export ${this.settings.signal}: ${String(thrown)}`)
    this.working = this.sendAll()
      .catch(failed)
      .finally(() => {
        this.working = undefined
      })
  }

  private async sendAll(): Promise<void> {
    for (let batch = this.queue[0]; batch !== undefined; batch = this.queue[0]) {
      const result = await this.send(batch)
      if (result.kind === 'retry') return this.retryLater(batch, result)
      this.settle(batch, result)
    }
  }

  private async send(batch: Batch): Promise<SendResult> {
    batch.attempts++
    try {
      const formed = batch.sent ?? this.formed(batch)
      if (formed === undefined) return { kind: 'accepted', body: Buffer.alloc(0), isBodySent: true }
      batch.sent ??= this.settings.gzip ? [await gzipped(Buffer.concat(formed))] : formed
      return await this.parts.send(this.request(batch, batch.sent, this.settings.gzip))
    } catch (thrown) {
      return { kind: 'refused', why: String(thrown) }
    }
  }

  private formed(batch: Batch): readonly Uint8Array[] | undefined {
    const { form } = this.settings
    if (form === undefined) return batch.parts
    batch.formed ??= { body: form.encode(Buffer.concat(batch.parts)) }
    return batch.formed.body === undefined ? undefined : [batch.formed.body]
  }

  /** Since start(), by reason. */
  private get account(): Record<DropReason, number> {
    const { buffer } = this.parts
    return { full: buffer.dropped - buffer.droppedBefore, refused: this.dropped, replaced: this.replaced }
  }

  private request(batch: Batch, body: readonly Uint8Array[], gzip: boolean): Request {
    return {
      url: this.settings.url,
      timeoutMs: this.settings.timeoutMs,
      tls: this.settings.tls,
      body,
      headers: {
        ...this.settings.headers,
        'content-type': this.settings.form?.contentType ?? 'application/x-protobuf',
        [accountingHeaders.instance]: this.settings.instance(),
        [accountingHeaders.batchId]: batch.id,
        [accountingHeaders.first]: String(batch.first),
        [accountingHeaders.records]: String(batch.records),
        [accountingHeaders.dropped]: Object.entries(this.account)
          .map(([why, count]) => `${why}=${count}`)
          .join(),
        ...(gzip ? { 'content-encoding': 'gzip' } : {}),
      },
    }
  }

  private settle(batch: Batch, result: Exclude<SendResult, { kind: 'retry' }>): void {
    if (this.queue[0] === batch) this.queue.shift()
    this.parts.buffer.queuedBytes -= batch.bytes
    const { signal, url } = this.settings
    if (result.kind === 'refused') {
      this.dropped += batch.records
      this.parts.report(`Cannot export ${signal} to ${url}: ${result.why}. Dropped ${batch.records}`)
      return
    }
    if (result.isBodySent) this.parts.buffer.giveBack(batch.parts)
    const partial = this.rejectedIn(result.body)
    const rejected = Math.min(partial.rejected, batch.records)
    this.sent += batch.records - rejected
    this.dropped += rejected
    if (rejected > 0) this.parts.report(`${url} rejected ${rejected} of ${batch.records} ${signal}: ${partial.why}`)
  }

  /** What reads an answer is loaded with the first that says something: most say nothing. */
  private rejectedIn(answer: Buffer): PartialSuccess {
    const { form } = this.settings
    if (answer.length === 0) return noneRejected
    if (form !== undefined) return form.rejected(answer)
    return loadOnDemand('exporting', this.parts.report)?.readPartialSuccess(answer) ?? noneRejected
  }

  /** Exponential backoff with jitter, unless the server said when. */
  private retryLater(batch: Batch, result: Extract<SendResult, { kind: 'retry' }>): void {
    this.retries++
    const { signal, url } = this.settings
    this.parts.report(`Cannot export ${signal} to ${url}: ${result.why}. Trying again`)
    const backoff = Math.min(maxBackoffMs, firstBackoffMs * 2 ** Math.min(batch.attempts - 1, 10))
    const delayMs = result.afterMs ?? backoff * (0.5 + this.parts.random() / 2)
    this.retryTimer = this.parts.schedule(() => {
      this.retryTimer = undefined
      this.pump()
    }, delayMs)
  }
}

function gzipped(body: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    process
      .getBuiltinModule('node:zlib')
      .gzip(body, (error, result) => (error === null ? resolve(result) : reject(error)))
  })
}
