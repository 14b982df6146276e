import type { PlainBlock } from '../../base/native/read-plain-columns.ts'
import { floatSample, staleKinds } from '../promql/evaluate/series-source.ts'

/**
 * Samples as the engine has them, one row each in any order of series, put together by series:
 *
 *   key 7 7 7 2 2 7      the low half, say, of the series' id
 *   t   0 9 18 0 9 27    milliseconds after `baseMs`
 *   v   1 2 3 5 5 4
 *
 * Reading rows and sorting them here takes a third of what grouping in the engine does: a part is in order of series, so
 * that rows of one series come in runs.
 */
export type SeriesColumns = {
  /** Rising. Series that were sampled together share one array. */
  readonly timesMs: Float64Array
  readonly values: Float64Array
  readonly kinds: Uint8Array | undefined
  readonly startTimesMs: Float64Array | undefined
  /** Surely; false where it was not looked for. */
  readonly neverFalls: boolean
}

const none = new Float64Array(0)
const noSamples: SeriesColumns = {
  timesMs: none,
  values: none,
  kinds: undefined,
  startTimesMs: undefined,
  neverFalls: true,
}

/** Rows of one series that stand together in a block: nearly always all it has. */
type Run = SeriesColumns & { readonly key: number }

/** Takes rows block by block, as they come, and need not know yet which series they are of. */
export class SampleRuns {
  readonly #baseMs: number
  readonly #times = new SharedTimes()
  readonly #runs: Run[] = []
  #keys = new Int32Array(0)
  #hasMarkers = false
  #rows = 0

  constructor(baseMs: number) {
    this.#baseMs = baseMs
  }

  get rows(): number {
    return this.#rows
  }

  add(block: PlainBlock): void {
    this.#rows += block.rows
    const keys = this.#keysOf(block)
    const offsets = asBuffer(block.column('t'))
    const values = copiedNumbers(block.column('v'))
    const starts = copiedNumbers(block.column('start'))
    let mayHaveMarkers = false
    let from = 0
    while (from < block.rows) {
      const key = keys[from] ?? 0
      // Each number is looked at once, while it is in the processor's cache. A marker is no number, and so is neither less nor more than others.
      let before = values[from] ?? 0
      let rises = !Number.isNaN(before)
      let to = from + 1
      for (; to < block.rows && keys[to] === key; to++) {
        const value = values[to] ?? 0
        if (!(value >= before)) rises = false
        before = value
      }
      mayHaveMarkers ||= !rises
      this.#runs.push({
        key,
        timesMs: this.#times.of(offsets, from, to, this.#baseMs),
        values: values.subarray(from, to),
        kinds: undefined,
        startTimesMs: starts.length === 0 ? undefined : starts.subarray(from, to),
        neverFalls: rises,
      })
      from = to
    }
    this.#hasMarkers ||= mayHaveMarkers && staleKinds(values) !== undefined
  }

  /** Into memory that the next block will be read in, too. */
  #keysOf(block: PlainBlock): Int32Array {
    if (this.#keys.length < block.rows) this.#keys = new Int32Array(block.rows)
    asBuffer(block.column('key')).copy(asBuffer(this.#keys))
    return this.#keys
  }

  /** `indexOf`: of each key its place in the answer. Keys that it lacks are left out. */
  columns(indexOf: ReadonlyMap<number, number>, series: number): SeriesColumns[] {
    const placed: Placed = { columns: new Array<SeriesColumns>(series).fill(noSamples), several: new Map(), rows: 0 }
    for (const run of this.#runs) place(run, indexOf.get(run.key), placed)
    const { columns, several } = placed
    for (const [at, runs] of several) columns[at] = joinedRuns(runs, this.#times)
    // Views keep the whole block in memory, which must not be mostly of series that nobody asked for.
    const isMostlyOfOthers = placed.rows * 2 < this.#rows
    for (let at = 0; at < series; at++) columns[at] = this.#ready(columns[at] ?? noSamples, isMostlyOfOthers)
    return columns
  }

  #ready(columns: SeriesColumns, isCopied: boolean): SeriesColumns {
    const each = settled(columns, this.#times)
    if (!isCopied && !this.#hasMarkers) return each
    const values = isCopied ? each.values.slice() : each.values
    return { ...each, values, kinds: this.#hasMarkers ? staleKinds(values) : undefined }
  }
}

/** Runs by where their series stands in the answer, several of one series beside. */
type Placed = { readonly columns: SeriesColumns[]; readonly several: Map<number, SeriesColumns[]>; rows: number }

function place(run: Run, at: number | undefined, placed: Placed): void {
  if (at === undefined) return
  placed.rows += run.values.length
  const known = placed.columns[at] ?? noSamples
  const before = placed.several.get(at)
  if (known === noSamples) placed.columns[at] = run
  else if (before === undefined) placed.several.set(at, [known, run])
  else before.push(run)
}

const asBuffer = (bytes: Uint8Array | Int32Array): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** A copy: what the engine gave lies anywhere, and numbers can be read only from whole places. */
function copiedNumbers(bytes: Uint8Array): Float64Array {
  if (bytes.length === 0) return none
  // Not out of the pool, and not filled with zeros first.
  const copy = Buffer.allocUnsafeSlow(bytes.length)
  copy.set(bytes)
  return new Float64Array(copy.buffer)
}

/** In order of time, and without starts where none is known. */
function settled(columns: SeriesColumns, times: SharedTimes): SeriesColumns {
  const { startTimesMs } = columns
  const hasNone = startTimesMs !== undefined && !startTimesMs.some((start) => start > 0)
  const known = hasNone ? { ...columns, startTimesMs: undefined } : columns
  return times.isRising(known.timesMs) ? known : inOrderOfTime(known)
}

function joinedRuns(runs: readonly SeriesColumns[], times: SharedTimes): SeriesColumns {
  const hasStarts = runs.some(({ startTimesMs }) => startTimesMs !== undefined)
  return {
    timesMs: times.shared(inOne(runs.map(({ timesMs }) => timesMs))),
    values: inOne(runs.map(({ values }) => values)),
    kinds: undefined,
    startTimesMs: hasStarts ? inOne(runs.map(({ startTimesMs }) => startTimesMs ?? none)) : undefined,
    neverFalls: false,
  }
}

function inOne(pieces: readonly Float64Array[]): Float64Array {
  const whole = new Float64Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}

/** Sorted by time; of two samples at one time the first counts. */
function inOrderOfTime({ timesMs, values, startTimesMs }: SeriesColumns): SeriesColumns {
  const order = Array.from(timesMs, (_, i) => i).sort((a, b) => (timesMs[a] ?? 0) - (timesMs[b] ?? 0) || a - b)
  const kept = order.filter((from, i) => i === 0 || timesMs[from] !== timesMs[order[i - 1] ?? 0])
  const result = { timesMs: pick(timesMs, kept), values: pickBits(values, kept) }
  return {
    ...result,
    kinds: staleKinds(result.values),
    startTimesMs: startTimesMs === undefined ? undefined : pick(startTimesMs, kept),
    neverFalls: false,
  }
}

const pick = (values: Float64Array, kept: readonly number[]): Float64Array =>
  Float64Array.from(kept, (i) => values[i] ?? 0)

/** As bits: a staleness marker does not survive being a number. */
function pickBits(values: Float64Array, kept: readonly number[]): Float64Array {
  const from = new BigUint64Array(values.buffer, values.byteOffset, values.length)
  return new Float64Array(BigUint64Array.from(kept, (i) => from[i] ?? 0n).buffer)
}

/** Equal arrays of times become one. Most are those of the run before, and then none is made. */
class SharedTimes {
  readonly #known = new Map<number, Float64Array[]>()
  readonly #rising = new Map<Float64Array, boolean>()
  /** Nearly always that of the next one. */
  #lastRising: Float64Array = none
  #last: Float64Array = none
  #lastOffsets = Buffer.alloc(0)

  /** `baseMs` and the offsets, of 32 bits, `from` up to `to`. */
  of(offsets: Buffer, from: number, to: number, baseMs: number): Float64Array {
    const last = this.#lastOffsets
    const isLast = last.length === 4 * (to - from) && offsets.compare(last, 0, last.length, 4 * from, 4 * to) === 0
    if (isLast) return this.#last
    this.#lastOffsets = Buffer.from(offsets.subarray(4 * from, 4 * to))
    const timesMs = new Float64Array(to - from)
    for (let i = 0; i < timesMs.length; i++) timesMs[i] = baseMs + this.#lastOffsets.readUInt32LE(4 * i)
    this.#last = this.shared(timesMs)
    return this.#last
  }

  shared(timesMs: Float64Array): Float64Array {
    const key = (timesMs[0] ?? 0) + (timesMs[timesMs.length - 1] ?? 0) * 31 + timesMs.length
    const alike = this.#known.get(key)
    const known = alike?.find((each) => sameTimes(each, timesMs))
    if (known !== undefined) return known
    if (alike === undefined) this.#known.set(key, [timesMs])
    else alike.push(timesMs)
    return timesMs
  }

  isRising(timesMs: Float64Array): boolean {
    if (timesMs === this.#lastRising) return true
    const known = this.#rising.get(timesMs) ?? timesMs.every((time, i) => i === 0 || time > (timesMs[i - 1] ?? 0))
    this.#rising.set(timesMs, known)
    if (known) this.#lastRising = timesMs
    return known
  }
}

function sameTimes(a: Float64Array, b: Float64Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** What was read before and what came since: each series' samples of both, one at a time. */
export function uniteSamples(before: readonly SeriesColumns[], since: readonly SeriesColumns[]): SeriesColumns[] {
  const joinedTimes = new Map<Float64Array, Map<Float64Array, Float64Array>>()
  return before.map((old, index) => {
    const more = since[index] ?? noSamples
    if (more.timesMs.length === 0) return old
    if (old.timesMs.length === 0) return more
    const ofOld = joinedTimes.get(old.timesMs) ?? new Map<Float64Array, Float64Array>()
    joinedTimes.set(old.timesMs, ofOld)
    const timesMs = ofOld.get(more.timesMs) ?? joined(old.timesMs, more.timesMs)
    ofOld.set(more.timesMs, timesMs)
    const columns = {
      timesMs,
      values: joined(old.values, more.values),
      kinds: old.kinds === undefined && more.kinds === undefined ? undefined : joinedKinds(old, more),
      startTimesMs: joinedStarts(old, more),
      neverFalls: old.neverFalls && more.neverFalls && (old.values.at(-1) ?? 0) <= (more.values[0] ?? 0),
    }
    const isRising = (more.timesMs[0] ?? 0) > (old.timesMs[old.timesMs.length - 1] ?? 0)
    return isRising ? columns : inOrderOfTime(columns)
  })
}

function joined(a: Float64Array, b: Float64Array): Float64Array {
  const whole = new Float64Array(a.length + b.length)
  whole.set(a)
  whole.set(b, a.length)
  return whole
}

function joinedKinds(a: SeriesColumns, b: SeriesColumns): Uint8Array {
  const kinds = new Uint8Array(a.values.length + b.values.length).fill(floatSample)
  if (a.kinds !== undefined) kinds.set(a.kinds)
  if (b.kinds !== undefined) kinds.set(b.kinds, a.values.length)
  return kinds
}

function joinedStarts(a: SeriesColumns, b: SeriesColumns): Float64Array | undefined {
  if (a.startTimesMs === undefined && b.startTimesMs === undefined) return undefined
  return joined(
    a.startTimesMs ?? new Float64Array(a.timesMs.length),
    b.startTimesMs ?? new Float64Array(b.timesMs.length),
  )
}

/** Objects around the numbers of a series: its columns, and what the evaluator makes and keeps of them. */
const bytesOfSeries = 600

/** What they take in memory. */
export function bytesOf(all: readonly SeriesColumns[]): number {
  const times = new Set(all.map(({ timesMs }) => timesMs))
  let bytes = all.length * bytesOfSeries
  for (const each of times) bytes += each.byteLength
  for (const { values, kinds, startTimesMs } of all) {
    bytes += values.byteLength + (startTimesMs?.byteLength ?? 0)
    // Without markers the evaluator has times and values of its own.
    if (kinds !== undefined) bytes += kinds.byteLength + 2 * values.byteLength
  }
  return bytes
}
