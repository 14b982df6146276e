import { RecordWriter } from '../encode/record-writer.ts'
import { OneAtATime } from '../one-at-a-time.ts'

/**
 * What waits to be sent, per signal, already as OTLP bytes. Records are appended to the chunk of their scope; taking
 * puts the resource and the scopes around the chunks.
 *
 *     request   0a length [ 0a resource  12 length [ 0a scope  records... ]  12 ... ]
 */
export interface Scope {
  readonly name: string
  readonly version: string
  readonly schemaUrl: string
}

export class ScopeChunk {
  readonly scope: Scope
  readonly writer: RecordWriter
  readonly header: Uint8Array

  constructor(scope: Scope, sizeBytes: number) {
    this.scope = scope
    this.writer = new RecordWriter(sizeBytes)
    this.header = encodeScope(scope)
  }
}

/** A batch as it goes over the wire, without its resource: that is known only once the program has started the SDK. */
export interface Taken {
  readonly scopes: readonly Uint8Array[]
  readonly records: number
}

const scopesMax = 256
const sparesMax = 2

export class SignalBuffer {
  /** Chunks and batches together may hold this much. */
  maxBytes: number
  /** Off: records are not even encoded. */
  enabled = true
  /** Asked to take when this much is waiting in the chunks. */
  takeAtBytes: number
  onFull: () => void = () => {}
  records = 0
  dropped = 0
  /** Of those, the ones before the start() that is in force. */
  droppedBefore = 0
  /** Bytes in the chunks. */
  bytes = 0
  /** Bytes of batches taken and not yet acknowledged: kept up to date by the exporter. */
  queuedBytes = 0
  private readonly appending = new OneAtATime(() => this.refuse(1))
  private readonly chunks = new Map<string, ScopeChunk>()
  /** Buffers of batches that were answered. New ones of this size cost a page fault for every four kilobytes. */
  private readonly spares: Buffer[] = []
  /** What was handed over, by what of it was filled. */
  private readonly lent = new WeakMap<Uint8Array, Buffer>()

  constructor(maxBytes: number, takeAtBytes: number) {
    this.maxBytes = maxBytes
    this.takeAtBytes = takeAtBytes
  }

  scope(scope: Scope): ScopeChunk {
    const key = `${scope.name}\n${scope.version}\n${scope.schemaUrl}`
    const known = this.chunks.get(key)
    if (known !== undefined) return known
    // Scopes come from library names; a program that makes them up shares the first one beyond this many.
    const first = this.chunks.values().next().value
    if (first !== undefined && this.chunks.size >= scopesMax) return first
    const chunk = new ScopeChunk(scope, 1024)
    this.chunks.set(key, chunk)
    return chunk
  }

  /**
   * Appends what `write` makes of `record`, or drops and counts it when there is no room. A value that ends a span or logs
   * while it is read would have that record written into the middle of this one: it comes after it. Throws what `write` throws.
   */
  append<T>(chunk: ScopeChunk, record: T, write: (writer: RecordWriter, record: T) => void): void {
    if (!this.enabled) return
    if (this.appending.isBusy) {
      this.appending.later(() => this.append(chunk, record, write))
      return
    }
    if (this.bytes + this.queuedBytes >= this.maxBytes) {
      this.dropped++
      return
    }
    const { writer } = chunk
    const mark = writer.at
    this.appending.isBusy = true
    try {
      write(writer, record)
      this.records++
      this.bytes += writer.at - mark
    } catch (thrown) {
      writer.at = mark
      throw thrown
    } finally {
      this.appending.over()
    }
    if (this.bytes >= this.takeAtBytes) this.onFull()
  }

  refuse(records: number): void {
    this.dropped += records
  }

  /** Empties the chunks. Not in the middle of a record, when a value of it asks for a flush. */
  take(): Taken | undefined {
    if (this.records === 0 || this.appending.isBusy) return undefined
    const scopes: Uint8Array[] = []
    for (const chunk of this.chunks.values()) {
      if (chunk.writer.at === 0) continue
      const whole = chunk.writer.bytes
      const records = chunk.writer.handOver(this.spares)
      if (chunk.writer.bytes !== whole) this.lent.set(records, whole)
      scopes.push(lengthOf(0x12, chunk.header.length + records.length), chunk.header, records)
    }
    const taken = { scopes, records: this.records }
    this.records = 0
    this.bytes = 0
    return taken
  }

  /** Nobody reads these any more: what was handed over may be written again. */
  giveBack(parts: readonly Uint8Array[]): void {
    for (const part of parts) {
      const whole = this.lent.get(part)
      if (whole !== undefined && this.spares.length < sparesMax) this.spares.push(whole)
    }
  }
}

function lengthOf(key: number, length: number): Uint8Array {
  const head = new RecordWriter(16)
  head.byte(key)
  head.varint(length)
  return head.take()
}

/** Puts the resource in front: the whole request body, in parts, because putting them together would be one more copy. */
export function requestBody(resource: Uint8Array, scopes: readonly Uint8Array[]): Uint8Array[] {
  return [lengthOf(0x0a, resource.length + lengthOfAll(scopes)), resource, ...scopes]
}

export function lengthOfAll(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0)
}

export function encodeScope(scope: Scope): Uint8Array {
  const writer = new RecordWriter(128)
  writer.byte(0x0a)
  const start = writer.open(64)
  writer.byte(0x0a)
  writer.string(scope.name)
  if (scope.version !== '') {
    writer.reserve(1)
    writer.byte(0x12)
    writer.string(scope.version)
  }
  writer.close(start, 64)
  if (scope.schemaUrl !== '') {
    writer.reserve(1)
    writer.byte(0x1a)
    writer.string(scope.schemaUrl)
  }
  return writer.take()
}
