import { otlp, wireType } from '@wakeline/protocol'

/** What the receiver did not take of an accepted request. */
export interface PartialSuccess {
  readonly rejected: number
  readonly why: string
}

/** Reads Export…ServiceResponse. An answer that is not one (or is empty: all taken) counts as nothing rejected. */
export function readPartialSuccess(body: Uint8Array): PartialSuccess {
  const partial = bytesEntry(body, otlp.exportResponse.partialSuccess)
  if (partial === undefined) return { rejected: 0, why: '' }
  const message = bytesEntry(partial, otlp.partialSuccess.errorMessage)
  return {
    rejected: varintEntry(partial, otlp.partialSuccess.rejectedRecords),
    why: message === undefined ? '' : Buffer.from(message).toString('utf8').slice(0, 300),
  }
}

function bytesEntry(body: Uint8Array, number: number): Uint8Array | undefined {
  for (const entry of entries(body)) if (entry.number === number && entry.bytes !== undefined) return entry.bytes
  return undefined
}

function varintEntry(body: Uint8Array, number: number): number {
  for (const entry of entries(body)) if (entry.number === number && entry.bytes === undefined) return entry.value
  return 0
}

interface Entry {
  readonly number: number
  readonly value: number
  readonly bytes: Uint8Array | undefined
}

/** The entries of a message whose values are varints or bytes; stops at anything else. */
function* entries(body: Uint8Array): Generator<Entry> {
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let scale = 1; at < body.length; scale *= 128) {
      const byte = body[at++] ?? 0
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
    return Number.NaN
  }
  while (at < body.length) {
    const key = varint()
    const value = varint()
    if (!Number.isFinite(key) || !Number.isFinite(value)) return
    const type = key & 7
    if (type === wireType.varint) {
      yield { number: key >>> 3, value, bytes: undefined }
    } else if (type === wireType.bytes && at + value <= body.length) {
      yield { number: key >>> 3, value, bytes: body.subarray(at, at + value) }
      at += value
    } else {
      return
    }
  }
}
