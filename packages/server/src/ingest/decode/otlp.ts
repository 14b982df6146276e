import { wireType } from '@wakeline/protocol'
import type { Decode, Decoded, DecodeTarget, Refused } from './decode.ts'
import { Decoding } from './decoding.ts'
import { decodeLogRecord, LogRegister } from './logs.ts'
import { decodeMetric } from './metrics.ts'
import type { OpenBlocks } from './open-blocks.ts'
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
 * The parts of an entry may come in any order, and what holds for all below it often comes last. A span or a log record
 * only refers to it, so its row has that filled in when the entry has been read; the id of a series is made of it, so
 * entries of metrics are first read for it alone. A fault down to here refuses the request; a fault within a record
 * rejects the record.
 */
const originKey = (1 << 3) | wireType.bytes
const belowKey = (2 << 3) | wireType.bytes
const schemaUrlKey = (3 << 3) | wireType.bytes

export const decodeOtlpTraces: Decode = (body, into) => {
  const register = new SpanRegister()
  return decodeRequest(
    'traces',
    body,
    into,
    rowLevels(
      into.blocks.spans,
      (d, end) => decodeSpan(d, register, end),
      (d, end) => d.fast?.spans(d, end) ?? true,
    ),
  )
}

export const decodeOtlpLogs: Decode = (body, into) => {
  const register = new LogRegister()
  return decodeRequest(
    'logs',
    body,
    into,
    rowLevels(
      into.blocks.logs,
      (d, end) => decodeLogRecord(d, register, end),
      (d, end) => d.fast?.logs(d, end) ?? true,
    ),
  )
}

export const decodeOtlpMetrics: Decode = (body, into) => {
  const register = new PointRegister()
  const scope: Level = { take: keepScope, below: (decoding, end) => decodeMetric(decoding, register, end) }
  return decodeRequest('metrics', body, into, {
    take: keepResource,
    below: (decoding, end) => readEntry(decoding, scope, end),
  })
}

type ReadMessage = (decoding: Decoding, end: number) => void
type ReadRun = (decoding: Decoding, end: number) => boolean

/** The entries of resources, or those of scopes. */
type Level = {
  /** What the entry's resource or scope is. */
  take: (decoding: Decoding, at: OriginBytes) => void
  below: ReadMessage
  /** Reads what is below as far as it can, from behind a key on, and answers whether `below` is to read the one it stands at. */
  run?: ReadRun
  /** Called behind all that is below: until then it need not be known what it comes from. */
  fill?: (decoding: Decoding) => void
}

function keepResource(decoding: Decoding, at: OriginBytes): void {
  decoding.resource = takeResource(decoding, at)
}

function keepScope(decoding: Decoding, at: OriginBytes): void {
  decoding.scope = takeScope(decoding, at)
}

/** Of records that are each a row of one table. */
function rowLevels(table: OpenBlocks['spans'] | OpenBlocks['logs'], read: ReadMessage, run: ReadRun): Level {
  const { service, resource_id, scope_id } = table.columns
  const scope: Level = {
    take: keepScope,
    below: read,
    run,
    fill: ({ scope: { low, high } }) => scope_id.fill(table.rows, low, high),
  }
  return {
    take: keepResource,
    below: (decoding, end) => readEntry(decoding, scope, end),
    fill: ({ resource: { low, high, service: name } }) => {
      resource_id.fill(table.rows, low, high)
      if (service.count === table.rows) return
      service.append(name, 0, name.byteLength)
      service.repeat(table.rows)
      table.fill()
    },
  }
}

function decodeRequest(what: string, body: Uint8Array, into: DecodeTarget, resources: Level): Decoded | Refused {
  const decoding = new Decoding(body, into)
  const { fast } = into.blocks
  // Only rows are read there, and opening copies the body.
  if (resources.fill !== undefined && fast?.open(decoding)) decoding.fast = fast
  return into.blocks.wholly(() => {
    const { reader } = decoding
    let entries = 0
    while (reader.at < body.length) {
      const key = reader.varint32()
      if (key === originKey) {
        readEntry(decoding, resources, reader.lengthEnd())
        entries += 1
      } else if (key >>> 3 === 1) reader.refuseWireType(key)
      else reader.skip(key)
    }
    if (entries === 0 && body.length > 0) reader.fail(`${body.length} bytes hold nothing of OTLP`, 0)
    const { fault } = reader
    if (fault === undefined) return decoding.outcome()
    return { refused: `Cannot decode ${what}: ${fault.reason} (byte ${fault.offset})` }
  })
}

function readEntry(decoding: Decoding, level: Level, end: number): void {
  const { reader } = decoding
  const start = reader.at
  const at = readParts(decoding, end, level.fill === undefined ? skip : level.below, level.run)
  if (reader.fault === undefined) level.take(decoding, at)
  if (reader.fault !== undefined) return
  if (level.fill !== undefined) level.fill(decoding)
  else {
    reader.at = start
    readParts(decoding, end, level.below)
  }
}

const skip: ReadMessage = ({ reader }, end) => {
  reader.at = end
}

/** Reads an entry to its end for the place of its resource or scope and of the schema URL, and for what is below it. */
function readParts(decoding: Decoding, end: number, below: ReadMessage, run?: ReadRun): OriginBytes {
  const { reader } = decoding
  const origin: OriginBytes = { at: 0, length: 0, schemaUrlAt: 0, schemaUrlLength: 0 }
  while (reader.at < end) {
    const key = reader.varint32()
    switch (key) {
      case belowKey: {
        if (run?.(decoding, end) === false) break
        const belowEnd = reader.lengthEnd()
        // A length that is wrong is a fault of the entry, not of the record.
        if (reader.fault === undefined) below(decoding, belowEnd)
        break
      }
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
