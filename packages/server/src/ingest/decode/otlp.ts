import { wireType } from '@wakeline/protocol'
import type { Decode, Decoded, DecodeTarget, Refused } from './decode.ts'
import { Decoding } from './decoding.ts'
import { decodeLogRecord, LogRegister } from './logs.ts'
import { decodeMetric } from './metrics.ts'
import type { OriginBytes } from './origin-cache.ts'
import { takeResource, takeScope } from './origins.ts'
import { PointRegister } from './point-register.ts'
import { decodeSpan, SpanRegister } from './spans.ts'

/**
 * OTLP requests in protobuf. All three signals have one shape, with the same numbers, down to their records:
 *
 *   request      1 resource entries
 *   . entry      1 resource   2 scope entries   3 schema URL
 *   . . entry    1 scope      2 records         3 schema URL
 *
 * The parts of an entry may come in any order, so an entry is first read for what holds for all below it, then for
 * what is below it. A fault down to here refuses the request; a fault within a record rejects the record.
 */
const originKey = (1 << 3) | wireType.bytes
const belowKey = (2 << 3) | wireType.bytes
const schemaUrlKey = (3 << 3) | wireType.bytes

export const decodeOtlpTraces: Decode = (body, into) => {
  const register = new SpanRegister()
  return decodeRequest('traces', body, into, (decoding, end) => decodeSpan(decoding, register, end))
}

export const decodeOtlpLogs: Decode = (body, into) => {
  const register = new LogRegister()
  return decodeRequest('logs', body, into, (decoding, end) => decodeLogRecord(decoding, register, end))
}

export const decodeOtlpMetrics: Decode = (body, into) => {
  const register = new PointRegister()
  return decodeRequest('metrics', body, into, (decoding, end) => decodeMetric(decoding, register, end))
}

type DecodeRecord = (decoding: Decoding, end: number) => void

function decodeRequest(what: string, body: Uint8Array, into: DecodeTarget, record: DecodeRecord): Decoded | Refused {
  const { blocks } = into
  const mark = blocks.mark()
  const decoding = new Decoding(body, into)
  const { reader } = decoding
  let entries = 0
  while (reader.at < body.length) {
    const key = reader.varint32()
    if (key === originKey) {
      readResourceEntry(decoding, record)
      entries += 1
    } else if (key >>> 3 === 1) reader.refuseWireType(key)
    else reader.skip(key)
  }
  if (entries === 0 && body.length > 0) reader.fail(`${body.length} bytes hold nothing of OTLP`, 0)
  const { fault } = reader
  if (fault === undefined) return decoding.outcome()
  blocks.rollback(mark)
  return { refused: `Cannot decode ${what}: ${fault.reason} (byte ${fault.offset})` }
}

function readResourceEntry(decoding: Decoding, record: DecodeRecord): void {
  const { reader } = decoding
  const end = reader.lengthEnd()
  const start = reader.at
  const at = readOrigin(decoding, end)
  if (reader.fault === undefined) decoding.resource = takeResource(decoding, at)
  if (reader.fault !== undefined) return
  reader.at = start
  while (reader.at < end) {
    const key = reader.varint32()
    if (key === belowKey) readScopeEntry(decoding, record)
    else reader.skip(key)
  }
}

function readScopeEntry(decoding: Decoding, record: DecodeRecord): void {
  const { reader } = decoding
  const end = reader.lengthEnd()
  const start = reader.at
  const at = readOrigin(decoding, end)
  if (reader.fault === undefined) decoding.scope = takeScope(decoding, at)
  if (reader.fault !== undefined) return
  reader.at = start
  while (reader.at < end) {
    const key = reader.varint32()
    if (key === belowKey) record(decoding, reader.lengthEnd())
    else reader.skip(key)
  }
}

/** Reads an entry to its end for the place of its resource or scope and of the schema URL. */
function readOrigin({ reader }: Decoding, end: number): OriginBytes {
  const origin: OriginBytes = { at: 0, length: 0, schemaUrlAt: 0, schemaUrlLength: 0 }
  while (reader.at < end) {
    const key = reader.varint32()
    switch (key) {
      case belowKey:
        reader.at = reader.lengthEnd()
        break
      case originKey:
        origin.at = reader.range()
        origin.length = reader.length
        break
      case schemaUrlKey:
        origin.schemaUrlAt = reader.range()
        origin.schemaUrlLength = reader.length
        break
      default:
        if (key >>> 3 <= 3) reader.refuseWireType(key)
        else reader.skip(key)
    }
  }
  reader.close(end)
  return origin
}
