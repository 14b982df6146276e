import type { Decode } from '../packages/server/src/ingest/decode/decode.ts'
import { OpenBlocks } from '../packages/server/src/ingest/decode/open-blocks.ts'
import { decodeOtlpLogs, decodeOtlpMetrics, decodeOtlpTraces } from '../packages/server/src/ingest/decode/otlp.ts'
import { type BodyKind, type PreparedBody, prepareBodies, recordsPerBody } from './otlp-bodies.ts'

/**
 * Decoding alone: prepared OTLP bodies to Native bytes, on one thread, `take` included, which comes every 16 bodies.
 * In CPU time of the process, because others want the cores too. The blocks are those of a server that has been
 * running for a while: resources and series have their rows.
 */

export type DecodeBenchResult = { signal: string; records: number; microsecondsEach: number; bodyBytesEach: number }

const bodyCount = 64
const bodiesPerTake = 16
const limits = { attributesMax: 1_000, valueSizeMaxBytes: 262_144, eventsMax: 1_000, depthMax: 32 }

/** Runs every signal `rounds` times after warming up and answers the median of the rounds. */
export function benchDecode({ rounds, seed }: { rounds: number; seed: number }): DecodeBenchResult[] {
  const signals: [BodyKind, Decode][] = [
    ['spans', decodeOtlpTraces],
    ['logs', decodeOtlpLogs],
    ['samples', decodeOtlpMetrics],
  ]
  return signals.map(([signal, decode]) => {
    const bodies = prepareBodies(signal, bodyCount, seed)
    const blocks = new OpenBlocks({ originsKnownMax: 4_096, seriesKnownMax: 262_144 })
    const times: number[] = []
    for (let round = 0; round < rounds + 5; round += 1) times.push(runRound(decode, bodies, blocks))
    const median = times.slice(5).sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0
    const records = bodyCount * recordsPerBody
    const bytes = bodies.reduce((sum, { bytes }) => sum + bytes.length, 0)
    return { signal, records, microsecondsEach: median / records, bodyBytesEach: bytes / records }
  })
}

/** Microseconds for all bodies. */
function runRound(decode: Decode, bodies: readonly PreparedBody[], blocks: OpenBlocks): number {
  const started = process.cpuUsage()
  bodies.forEach(({ bytes }, index) => {
    const decoded = decode(bytes, { blocks, nowUnixMs: 1_760_000_000_000, limits })
    if ('refused' in decoded || decoded.accepted !== recordsPerBody) throw new Error(JSON.stringify(decoded))
    if (index % bodiesPerTake === bodiesPerTake - 1) blocks.take()
  })
  const { user, system } = process.cpuUsage(started)
  return user + system
}
