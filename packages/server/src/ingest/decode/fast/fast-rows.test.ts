import { expect, test } from 'vitest'
import { type BodyKind, prepareBodies } from '../../../../../../bench/otlp-bodies.ts'
import { randomOf } from '../../../../../protocol/src/random.case.ts'
import { Arrival } from '../../arrival/arrival.ts'
import { atOnce } from '../../in-turns.ts'
import type { DecodeTarget } from '../decode.ts'
import { OpenBlocks } from '../open-blocks.ts'
import { decodeOtlpLogs, decodeOtlpTraces } from '../otlp.ts'
import { otlpJsonToProtobuf } from '../otlp-json.ts'
import { randomRequests } from '../random-request.case.ts'
import { usualRequest } from './usual-request.case.ts'

/** Whatever is sent, a block is the same to the byte whether its records are read fast or with care. */

const arrivals = [
  undefined,
  { redact: true, redactKeys: [], stableNames: true, parseBodies: true, inferSeverity: true },
  { redact: true, redactKeys: ['tenant'], stableNames: false, parseBodies: true, inferSeverity: false },
  { redact: false, redactKeys: [], stableNames: false, parseBodies: false, inferSeverity: false },
]
const limitsOf = { attributesMax: 128, valueSizeMaxBytes: 4096, eventsMax: 16, depthMax: 8 }
const decoders = { traces: decodeOtlpTraces, logs: decodeOtlpLogs }

/** With care, as a server does it, and trying every record. */
const ways = [{ isCareful: true }, {}, { isEager: true }]

/** Decoders of one kind of arrival, one for each way, and what becomes of one request after another in all of them. */
function pair(arrival: (typeof arrivals)[number], limits = limitsOf) {
  const sides = ways.map((way) => ({
    blocks: new OpenBlocks({ originsKnownMax: 64, seriesKnownMax: 64, ...way }),
    arrival: arrival && new Arrival(arrival),
  }))
  return {
    read(signal: keyof typeof decoders, body: Uint8Array, shedLevel = 0): void {
      const [careful, ...others] = sides.map(({ blocks, arrival }) => {
        const into: DecodeTarget = { blocks, arrival, limits, shedLevel, nowUnixMs: 1_760_000_000_000 }
        return { outcome: decoders[signal](body, into), redacted: arrival?.redacted }
      })
      for (const other of others) expect(other).toEqual(careful)
    },
    compare(): void {
      const [careful, ...others] = sides.map(({ blocks }) => blocks.take())
      for (const other of others) {
        expect(other.map(({ table, rows }) => [table, rows])).toEqual(careful?.map(({ table, rows }) => [table, rows]))
        other.forEach(({ bytes }, index) => {
          expect(Buffer.compare(bytes, careful?.[index]?.bytes ?? Buffer.alloc(0))).toBe(0)
        })
      }
    },
  }
}

const protobufOf = (signal: 'traces' | 'logs', request: object): Uint8Array => {
  const made = atOnce(otlpJsonToProtobuf(signal, Buffer.from(JSON.stringify(request))))
  if ('refused' in made) throw new Error(made.refused)
  return made.protobuf
}

test.each(arrivals)('requests of every message and value there is, with %o', (arrival) => {
  const both = pair(arrival)
  for (const { signal, request } of randomRequests({ seed: 7, count: 300 })) {
    if (signal === 'metrics') continue
    both.read(signal, protobufOf(signal, request))
  }
  both.compare()
})

test.each(arrivals)('requests of nearly usual records, with %o', (arrival) => {
  const { below } = randomOf(11)
  const both = pair(arrival)
  for (let round = 0; round < 400; round += 1) {
    const signal = round % 2 === 0 ? 'traces' : 'logs'
    both.read(signal, protobufOf(signal, usualRequest(signal, below)), round % 50 === 49 ? 3 : 0)
    if (round % 100 === 99) both.compare()
  }
  both.compare()
})

test('bodies that were cut or changed', () => {
  const { below } = randomOf(13)
  const both = pair(arrivals[1])
  for (let round = 0; round < 4000; round += 1) {
    const signal = round % 2 === 0 ? 'traces' : 'logs'
    const body = Uint8Array.from(protobufOf(signal, usualRequest(signal, below)))
    for (let change = below(4); change >= 0; change -= 1) body[below(body.length)] = below(256)
    both.read(signal, below(4) === 0 ? body.subarray(0, below(body.length)) : body)
    if (round % 200 === 199) both.compare()
  }
})

test('values at the limits of their length and number', () => {
  const { below } = randomOf(17)
  const both = pair(arrivals[1], { ...limitsOf, attributesMax: 3, valueSizeMaxBytes: 16 })
  for (let round = 0; round < 200; round += 1) both.read('traces', protobufOf('traces', usualRequest('traces', below)))
  for (let round = 0; round < 200; round += 1) both.read('logs', protobufOf('logs', usualRequest('logs', below)))
  both.compare()
})

test.each<[BodyKind, keyof typeof decoders]>([
  ['spans', 'traces'],
  ['logs', 'logs'],
])('the bodies of the bench, %s: blocks that grow', (kind, signal) => {
  const both = pair(arrivals[1])
  for (let round = 0; round < 3; round += 1) {
    for (const { bytes } of prepareBodies(kind, 40, round + 1)) both.read(signal, bytes)
    both.compare()
  }
})

test('a record of five megabytes, and small ones behind it', () => {
  const both = pair(arrivals[1], { ...limitsOf, valueSizeMaxBytes: 8_000_000 })
  const { below } = randomOf(19)
  for (const size of [5_000_000, 3_000_000, 100]) {
    const request = {
      resourceSpans: [
        {
          scopeSpans: [
            {
              spans: [
                {
                  traceId: 'a'.repeat(32),
                  spanId: 'b'.repeat(16),
                  name: 'large',
                  startTimeUnixNano: '1760000000000000000',
                  endTimeUnixNano: '1760000000000000001',
                  attributes: [{ key: 'text', value: { stringValue: 'x'.repeat(size) } }],
                },
              ],
            },
          ],
        },
      ],
    }
    both.read('traces', protobufOf('traces', request))
    both.read('traces', protobufOf('traces', request))
    both.read('traces', protobufOf('traces', usualRequest('traces', below)))
    both.compare()
  }
})
