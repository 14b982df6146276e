import { readRows } from '../../packages/server/src/base/native/read-blocks.ts'
import { Arrival } from '../../packages/server/src/ingest/arrival/arrival.ts'
import type { Decoded, DecodeLimits, Refused } from '../../packages/server/src/ingest/decode/decode.ts'
import { type EncodedBlock, OpenBlocks } from '../../packages/server/src/ingest/decode/open-blocks.ts'
import { decodeOtlpLogs, decodeOtlpMetrics, decodeOtlpTraces } from '../../packages/server/src/ingest/decode/otlp.ts'
import { otlpJsonToProtobuf, type Signal } from '../../packages/server/src/ingest/decode/otlp-json.ts'
import { atOnce } from '../../packages/server/src/ingest/in-turns.ts'
import type { Rows } from './canonical.ts'

/** A request in OTLP/JSON through the decoders to blocks and rows, with nothing around them. */
export const decoders = { traces: decodeOtlpTraces, logs: decodeOtlpLogs, metrics: decodeOtlpMetrics }
export const arrivalMs = 1_760_000_000_123
export const arrivalNano = '1760000000123000000'
export const decodeLimits: DecodeLimits = {
  attributesMax: 1_000,
  valueSizeMaxBytes: 65_536,
  eventsMax: 1_000,
  depthMax: 32,
}

/** As a server does it unless told otherwise. */
const arrival = (): Arrival =>
  new Arrival({ redact: true, redactKeys: [], stableNames: true, parseBodies: true, inferSeverity: true })

export function openBlocks(): OpenBlocks {
  return new OpenBlocks({ originsKnownMax: 1_000, seriesKnownMax: 10_000 })
}

export type DecodedRequest = { outcome: Decoded; blocks: EncodedBlock[]; rows: Rows }

export function decodeJsonRequest(signal: Signal, body: Uint8Array): DecodedRequest | Refused {
  const transcoded = atOnce(otlpJsonToProtobuf(signal, body))
  if ('refused' in transcoded) return transcoded
  const open = openBlocks()
  const outcome = decoders[signal](transcoded.protobuf, {
    blocks: open,
    nowUnixMs: arrivalMs,
    limits: decodeLimits,
    arrival: arrival(),
  })
  if ('refused' in outcome) return outcome
  const blocks = open.take()
  const reason = transcoded.reason || outcome.reason
  const rejected = transcoded.rejected + outcome.rejected
  return { outcome: { accepted: outcome.accepted, rejected, reason }, blocks, rows: rowsOf(blocks) }
}

export function rowsOf(blocks: readonly EncodedBlock[]): Rows {
  return Object.fromEntries(blocks.map(({ table, bytes }) => [table, readRows(bytes)]))
}
