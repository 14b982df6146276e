import type { Attributes } from '../../public.ts'
import type { Dialect } from '../exposition/negotiate.ts'
import { ExponentialBuckets } from '../native/exponential-buckets.ts'
import type { InstrumentShape } from '../points.ts'

/**
 * What workers and the process (or thread) that has them tell each other. Plain data: it goes through JSON between
 * processes and is cloned between threads.
 *
 *     worker                         primary
 *     hello                   ->
 *                             <-     here
 *                             <-     adopt        from now on the worker's metrics are told to it; if it pushes, they are not pushed
 *                             <-     collect n
 *     part, part, ...         ->                  what changed, at most partSeries series each
 *     told turn               ->                  levels not told this turn are no more
 *     answer n                ->
 *     scrape n                ->                  a worker was scraped: what it answers is what the primary would
 *                             <-     scraped n    in base64, until the last
 */
export type FromWorker =
  | { kind: 'hello' }
  | { kind: 'part'; turn: number; metrics: WireMetric[] }
  | { kind: 'told'; turn: number }
  | { kind: 'answer'; request: number }
  | { kind: 'scrape'; request: number; dialect: Dialect; nodeNames: boolean }
  | { kind: 'bye' }

export type FromPrimary =
  | { kind: 'who' }
  | { kind: 'here' }
  | { kind: 'adopt'; nodeNames: boolean; pushes: boolean }
  | { kind: 'collect'; request: number; nodeNames: boolean; pushes: boolean }
  | { kind: 'scraped'; request: number; chunk: string; isLast: boolean }
  | { kind: 'release' }

export const partSeries = 200

export interface WireMetric {
  readonly scope: readonly [name: string, version: string, schemaUrl: string]
  readonly shape: Omit<InstrumentShape, 'seriesMax'>
  readonly isObserved: boolean
  readonly isNative: boolean
  readonly window?: WireWindow
  readonly points: WirePoint[]
}

interface WireWindow {
  readonly quantiles: readonly number[]
  readonly maxAgeMs: number
  readonly ageBuckets: number
}

export interface WirePoint {
  readonly attributes: Attributes
  /** Of a level the value; of all others what came to the sum. */
  readonly value: number
  /** What came to each explicit bucket. */
  readonly counts?: readonly number[]
  readonly extremes?: readonly [smallest: number, largest: number]
  readonly buckets?: WireBuckets
  readonly exemplars?: readonly WireExemplar[]
}

/** Place in the series (its bucket), value, time and ids. */
export type WireExemplar = readonly [place: number, value: number, unixMs: number, traceId: string, spanId: string]

type WireRange = readonly [offset: number, counts: readonly number[]]

export interface WireBuckets {
  readonly scale: number
  readonly count: number
  readonly zeroCount: number
  readonly positive: WireRange
  readonly negative: WireRange
}

export function toWire({ scale, count, zeroCount, positive, negative }: ExponentialBuckets): WireBuckets {
  const range = ({ offset, length, counts }: typeof positive): WireRange => [offset, [...counts.subarray(0, length)]]
  return { scale, count, zeroCount, positive: range(positive), negative: range(negative) }
}

export function fromWire({ scale, count, zeroCount, positive, negative }: WireBuckets): ExponentialBuckets {
  const buckets = new ExponentialBuckets({ maxScale: scale, maxBuckets: Number.POSITIVE_INFINITY })
  for (const [range, [offset, counts]] of [
    [buckets.positive, positive],
    [buckets.negative, negative],
  ] as const)
    for (const [i, times] of counts.entries()) range.add(offset + i, times)
  buckets.count = count
  buckets.zeroCount = zeroCount
  return buckets
}

/** Messages with such a `cmd` are Node's own kind: they come as `internalMessage`, never to the program's listeners. */
const command = 'NODE_WAKELINE_1'

export function wrap(message: FromWorker | FromPrimary): { cmd: string; message: FromWorker | FromPrimary } {
  return { cmd: command, message }
}

/** The message inside, or undefined when it is somebody else's. What is inside was made by `wrap`, in this version. */
export function unwrap<T extends FromWorker | FromPrimary>(wrapped: unknown): T | undefined {
  const found: object = Object(wrapped)
  return Reflect.get(found, 'cmd') === command ? (Reflect.get(found, 'message') as T) : undefined
}

/** The channel of one thread. */
export function threadChannel(threadId: number): string {
  return `wakeline.1.metrics.${threadId}`
}
