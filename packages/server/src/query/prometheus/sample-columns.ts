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
}

const none = new Float64Array(0)
export const noSamples: SeriesColumns = { timesMs: none, values: none, kinds: undefined, startTimesMs: undefined }

/** `indexOf`: of each key its place in the answer. Keys that it lacks are left out. */
export function gatherSamples(
  blocks: readonly PlainBlock[],
  indexOf: ReadonlyMap<number, number>,
  series: number,
  baseMs: number,
): SeriesColumns[] {
  const times = new SharedTimes()
  const runs: Run[][] = Array.from({ length: series }, () => [])
  const room = new Uint8Array(blocks.reduce((most, { rows }) => Math.max(most, rows), 0) * 8)
  let hasMarkers = false
  let kept = 0
  for (const block of blocks) {
    const keys = new Uint32Array(room.buffer, 0, block.rows)
    room.set(block.column('key'))
    const offsets = new Uint32Array(room.buffer, block.rows * 4, block.rows)
    room.set(block.column('t'), block.rows * 4)
    const values = alignedNumbers(block.column('v'))
    const starts = alignedNumbers(block.column('start'))
    hasMarkers ||= staleKinds(values) !== undefined
    for (let from = 0; from < keys.length; ) {
      const key = keys[from] ?? 0
      let to = from + 1
      while (to < keys.length && keys[to] === key) to++
      const own = runs[indexOf.get(key) ?? -1]
      if (own !== undefined) kept += to - from
      own?.push({
        timesMs: times.of(offsets, from, to, baseMs),
        values: values.subarray(from, to),
        starts: starts.length === 0 ? undefined : starts.subarray(from, to),
      })
      from = to
    }
  }
  const read = blocks.reduce((sum, { rows }) => sum + rows, 0)
  // Views keep the whole block in memory, which must not be mostly of series that nobody asked for.
  if (kept * 2 < read) for (const own of runs) for (const run of own) run.values = run.values.slice()
  const united = runs.map((own) => columnsOf(own, times))
  return hasMarkers ? united.map((each) => ({ ...each, kinds: staleKinds(each.values) })) : united
}

/** A copy: what the engine gave lies anywhere, and numbers can be read only from whole places. */
function alignedNumbers(bytes: Uint8Array): Float64Array {
  const copy = new Uint8Array(bytes.length)
  copy.set(bytes)
  return new Float64Array(copy.buffer)
}

/** Rows of one series that stand together in a block: nearly always all it has. The numbers are views of the block's. */
type Run = { timesMs: Float64Array; values: Float64Array; starts: Float64Array | undefined }

function columnsOf(runs: readonly Run[], times: SharedTimes): SeriesColumns {
  const [first] = runs
  if (first === undefined) return noSamples
  const starts = runs.length === 1 ? first.starts : inOne(runs.map((run) => run.starts ?? none))
  const columns = {
    timesMs: runs.length === 1 ? first.timesMs : times.shared(inOne(runs.map(({ timesMs }) => timesMs))),
    values: runs.length === 1 ? first.values : inOne(runs.map(({ values }) => values)),
    kinds: undefined,
    startTimesMs: starts?.some((start) => start > 0) === true ? starts : undefined,
  }
  return times.isRising(columns.timesMs) ? columns : inOrderOfTime(columns)
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
  }
}

const pick = (values: Float64Array, kept: readonly number[]): Float64Array =>
  Float64Array.from(kept, (i) => values[i] ?? 0)

/** As bits: a staleness marker does not survive being a number. */
function pickBits(values: Float64Array, kept: readonly number[]): Float64Array {
  const from = new BigUint64Array(values.buffer, values.byteOffset, values.length)
  return new Float64Array(BigUint64Array.from(kept, (i) => from[i] ?? 0n).buffer)
}

/** Equal arrays of times become one. Most are those of the series before, and then none is made. */
class SharedTimes {
  readonly #known = new Map<number, Float64Array[]>()
  readonly #rising = new Map<Float64Array, boolean>()
  #last: Float64Array = none

  /** `baseMs` and the offsets `from` up to `to`. */
  of(offsets: Uint32Array, from: number, to: number, baseMs: number): Float64Array {
    const last = this.#last
    let same = last.length === to - from
    for (let i = 0; same && i < last.length; i++) same = last[i] === baseMs + (offsets[from + i] ?? 0)
    return same ? last : this.shared(Float64Array.from(offsets.subarray(from, to), (offset) => baseMs + offset))
  }

  shared(timesMs: Float64Array): Float64Array {
    const key = (timesMs[0] ?? 0) + (timesMs[timesMs.length - 1] ?? 0) * 31 + timesMs.length
    const alike = this.#known.get(key)
    this.#last = alike?.find((each) => sameTimes(each, timesMs)) ?? timesMs
    if (alike === undefined) this.#known.set(key, [timesMs])
    else if (this.#last === timesMs) alike.push(timesMs)
    return this.#last
  }

  isRising(timesMs: Float64Array): boolean {
    const known = this.#rising.get(timesMs) ?? timesMs.every((time, i) => i === 0 || time > (timesMs[i - 1] ?? 0))
    this.#rising.set(timesMs, known)
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
