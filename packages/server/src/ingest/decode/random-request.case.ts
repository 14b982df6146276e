import { type Random, randomOf } from '../../../../protocol/src/random.case.ts'
import type { Signal } from './otlp-json.ts'

/** Random requests in OTLP/JSON, of every message and value there is, for tests that compare what comes back. */
export type RandomRequest = { signal: Signal; request: Record<string, unknown> }

export function randomRequests({ seed, count }: { seed: number; count: number }): RandomRequest[] {
  const random = randomOf(seed)
  const signals: Signal[] = ['traces', 'logs', 'metrics']
  return Array.from({ length: count }, (_, i) => {
    const signal = signals[i % 3] ?? 'traces'
    const [entries, scopes, records, record] = shapes[signal]
    const scope = (): Record<string, unknown> => ({
      scope: some(random, { name: word(random), version: '1.0', attributes: attributes(random, 2) }),
      [records]: many(random, 6, () => record(random)),
      schemaUrl: random.pick(['', 'https://opentelemetry.io/schemas/1.27.0']),
    })
    const entry = (): Record<string, unknown> => ({
      resource: {
        attributes: [...attributes(random, 3), { key: 'service.name', value: { stringValue: word(random) } }],
      },
      [scopes]: many(random, 3, scope),
      schemaUrl: word(random),
    })
    return { signal, request: { [entries]: many(random, 3, entry) } }
  })
}

const shapes: Record<Signal, [string, string, string, (random: Random) => Record<string, unknown>]> = {
  traces: ['resourceSpans', 'scopeSpans', 'spans', span],
  logs: ['resourceLogs', 'scopeLogs', 'logRecords', logRecord],
  metrics: ['resourceMetrics', 'scopeMetrics', 'metrics', metric],
}

function span(random: Random): Record<string, unknown> {
  return some(
    random,
    {
      traceState: word(random),
      parentSpanId: hex(random, 16),
      name: word(random),
      kind: random.below(6),
      startTimeUnixNano: time(random),
      endTimeUnixNano: time(random),
      attributes: attributes(random, 8),
      droppedAttributesCount: random.below(5),
      events: many(random, 3, () => ({
        timeUnixNano: time(random),
        name: word(random),
        attributes: attributes(random, 3),
      })),
      droppedEventsCount: random.below(3),
      links: many(random, 2, () => ({
        traceId: hex(random, 32),
        spanId: hex(random, 16),
        traceState: word(random),
        flags: random.below(512),
        attributes: attributes(random, 2),
      })),
      droppedLinksCount: random.below(3),
      status: { code: random.below(3), message: word(random) },
      flags: random.below(1024),
    },
    { traceId: hex(random, 32), spanId: hex(random, 16) },
  )
}

function logRecord(random: Random): Record<string, unknown> {
  return some(random, {
    timeUnixNano: time(random),
    observedTimeUnixNano: time(random),
    severityNumber: random.below(25),
    severityText: word(random),
    body: value(random, 3),
    attributes: attributes(random, 6),
    droppedAttributesCount: random.below(4),
    flags: random.below(256),
    traceId: hex(random, 32),
    spanId: hex(random, 16),
    eventName: word(random),
  })
}

/** Names are all different: rows of one series have no order of their own to be compared by. */
function metric(random: Random): Record<string, unknown> {
  const [kind, point] = random.pick(points)
  const temporality = kind === 'gauge' || kind === 'summary' ? {} : { aggregationTemporality: random.below(3) }
  const data = { dataPoints: [{ ...shared(random), ...point(random) }], ...temporality }
  const monotonic = kind === 'sum' ? { isMonotonic: random.below(2) === 1 } : {}
  const name = `${word(random)}-${hex(random, 16)}`
  return { name, ...some(random, { unit: word(random), description: word(random) }), [kind]: { ...data, ...monotonic } }
}

function shared(random: Random): Record<string, unknown> {
  return some(random, {
    attributes: attributes(random, 4),
    startTimeUnixNano: time(random),
    timeUnixNano: time(random),
    flags: random.below(2) * 2,
  })
}

const points: readonly (readonly [string, (random: Random) => Record<string, unknown>])[] = [
  ['gauge', (random) => ({ ...number(random), exemplars: exemplars(random) })],
  ['sum', (random) => ({ ...number(random), exemplars: exemplars(random) })],
  [
    'histogram',
    (random) => ({
      ...some(random, { sum: double(random), min: double(random), max: double(random), exemplars: exemplars(random) }),
      count: integer(random).replace('-', ''),
      explicitBounds: [0.5, 1, 2.5],
      bucketCounts: ['1', integer(random).replace('-', ''), '0', '7'],
    }),
  ],
  [
    'exponentialHistogram',
    (random) =>
      some(random, {
        count: '12',
        sum: double(random),
        scale: random.below(30) - 10,
        zeroCount: '3',
        zeroThreshold: 1e-9,
        positive: { offset: random.below(100) - 50, bucketCounts: ['1', '0', '18446744073709551615'] },
        negative: { offset: random.below(100) - 50, bucketCounts: ['5'] },
        min: double(random),
        max: double(random),
        exemplars: exemplars(random),
      }),
  ],
  [
    'summary',
    (random) => ({
      count: '5',
      sum: double(random),
      quantileValues: many(random, 4, () => ({ quantile: random.number(), value: double(random) })),
    }),
  ],
]

function number(random: Random): Record<string, unknown> {
  return random.below(2) === 0 ? { asDouble: double(random) } : { asInt: String(random.below(2 ** 40)) }
}

function exemplars(random: Random): unknown[] {
  return many(random, 2, () => ({
    timeUnixNano: time(random),
    ...number(random),
    ...some(random, { traceId: hex(random, 32), spanId: hex(random, 16), filteredAttributes: attributes(random, 2) }),
  }))
}

function attributes(random: Random, max: number): { key: string; value: Record<string, unknown> }[] {
  return many(random, max, () => ({ key: word(random), value: value(random, 3) }))
}

function value(random: Random, depth: number): Record<string, unknown> {
  const kind = random.below(depth > 0 ? 12 : 10)
  if (kind < 5) return { stringValue: word(random) }
  if (kind === 5) return { boolValue: random.below(2) === 1 }
  if (kind === 6) return { intValue: integer(random) }
  if (kind === 7) return { doubleValue: double(random) }
  if (kind === 8) return { bytesValue: Buffer.from(word(random)).toString('base64') }
  if (kind === 9) return {}
  if (kind === 10) return { arrayValue: { values: many(random, 4, () => value(random, depth - 1)) } }
  return {
    kvlistValue: { values: many(random, 4, () => ({ key: word(random), value: value(random, depth - 1) })) },
  }
}

/** Some of the optional entries, and all of the others. */
function some(
  random: Random,
  optional: Record<string, unknown>,
  always: Record<string, unknown> = {},
): Record<string, unknown> {
  return { ...Object.fromEntries(Object.entries(optional).filter(() => random.below(5) > 0)), ...always }
}

function many<T>(random: Random, max: number, make: () => T): T[] {
  return Array.from({ length: random.below(max + 1) }, make)
}

const words = [
  'GET /',
  'http.route',
  'naïve',
  '日本語',
  '🙂',
  'a"b\\c',
  'tab\there',
  'nul\0',
  '',
  ' ',
  "it's",
  '</b>',
  'x'.repeat(300),
]

function word(random: Random): string {
  return random.below(3) === 0 ? random.pick(words) : `word-${random.below(2_000)}`
}

function hex(random: Random, digits: number): string {
  return Array.from({ length: digits }, () => '123456789abcdef'[random.below(15)]).join('')
}

function time(random: Random): string {
  return String(1_700_000_000_000_000_000n + BigInt(random.below(2 ** 31)) * 1_000_003n)
}

function integer(random: Random): string {
  const bits = BigInt(random.below(2 ** 31)) * BigInt(random.below(2 ** 32))
  return String(random.pick([bits, -bits, BigInt(random.below(600)), 0n, -1n, 9_223_372_036_854_775_807n]))
}

function double(random: Random): number {
  return random.pick([random.number(), random.number() * 1e20, -random.number(), 1e-7, 5e-324, 1e21, 0, 42, 0.1])
}
