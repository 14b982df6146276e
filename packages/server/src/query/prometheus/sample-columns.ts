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
  const runs = findRuns(blocks, indexOf, series)
  const values = blocks.map((block) => block.column('v'))
  const offsets = blocks.map((block) => block.column('t'))
  const starts = blocks.map((block) => block.column('start'))
  const hasStarts = starts.some((column) => column.length > 0)
  const space = new Uint8Array(runs.ends.length === 0 ? 0 : (runs.ends[series - 1] ?? 0) * 8)
  const times = new TimesOfRuns(offsets, baseMs)
  let at = 0
  const result = Array.from({ length: series }, (_, index): SeriesColumns => {
    const own = runs.of(index)
    const count = own.reduce((sum, { from, to }) => sum + to - from, 0)
    if (count === 0) return noSamples
    const bytes = space.subarray(at, at + count * 8)
    at += count * 8
    copyRuns(own, values, bytes)
    const columns = {
      ...times.of(own, count),
      values: new Float64Array(bytes.buffer, bytes.byteOffset, count),
      startTimesMs: hasStarts ? startsOf(own, starts, count) : undefined,
    }
    return columns.isRising ? columns : inOrderOfTime(columns)
  })
  return withKinds(result, new Float64Array(space.buffer))
}

function withKinds(all: SeriesColumns[], values: Float64Array): SeriesColumns[] {
  return staleKinds(values) === undefined ? all : all.map((each) => ({ ...each, kinds: staleKinds(each.values) }))
}

function startsOf(runs: readonly Run[], columns: readonly Uint8Array[], count: number): Float64Array | undefined {
  const bytes = new Uint8Array(count * 8)
  copyRuns(runs, columns, bytes)
  const starts = new Float64Array(bytes.buffer)
  return starts.some((start) => start > 0) ? starts : undefined
}

/** As bytes: what the engine gave lies anywhere, and numbers can be read only from whole places. */
function copyRuns(runs: readonly Run[], columns: readonly Uint8Array[], into: Uint8Array): void {
  let at = 0
  for (const { block, from, to } of runs) {
    const column = columns[block]
    if (column !== undefined) into.set(column.subarray(from * 8, to * 8), at)
    at += (to - from) * 8
  }
}

/** Rows `from` up to `to` of a block are of one series. */
type Run = { readonly block: number; readonly from: number; readonly to: number }
type Runs = { readonly ends: Uint32Array; of(index: number): readonly Run[] }

function findRuns(blocks: readonly PlainBlock[], indexOf: ReadonlyMap<number, number>, series: number): Runs {
  const runs: (Run & { readonly index: number })[] = []
  const samples = new Uint32Array(series)
  const counts = new Uint32Array(series + 1)
  const copy = new Uint8Array(blocks.reduce((most, { rows }) => Math.max(most, rows), 0) * 4)
  blocks.forEach((each, block) => {
    copy.set(each.column('key'))
    const keys = new Uint32Array(copy.buffer, 0, each.rows)
    for (let from = 0; from < keys.length; ) {
      const key = keys[from] ?? 0
      let to = from + 1
      while (to < keys.length && keys[to] === key) to++
      const index = indexOf.get(key)
      if (index !== undefined) {
        runs.push({ index, block, from, to })
        counts[index + 1] = (counts[index + 1] ?? 0) + 1
        samples[index] = (samples[index] ?? 0) + to - from
      }
      from = to
    }
  })
  for (let i = 1; i <= series; i++) counts[i] = (counts[i] ?? 0) + (counts[i - 1] ?? 0)
  const sorted = new Array<Run>(runs.length)
  const next = counts.slice()
  for (const run of runs) {
    const at = next[run.index] ?? 0
    sorted[at] = run
    next[run.index] = at + 1
  }
  for (let i = 1; i < series; i++) samples[i] = (samples[i] ?? 0) + (samples[i - 1] ?? 0)
  return { ends: samples, of: (index) => sorted.slice(counts[index] ?? 0, counts[index + 1] ?? 0) }
}

/** Times of series after series: most have the times of the one before, and then nothing is made. */
class TimesOfRuns {
  readonly #offsets: readonly Uint8Array[]
  readonly #baseMs: number
  readonly #shared = new SharedTimes()
  #bytes = new Uint8Array(0)
  #times = new Float64Array(0)

  constructor(offsets: readonly Uint8Array[], baseMs: number) {
    this.#offsets = offsets
    this.#baseMs = baseMs
  }

  of(runs: readonly Run[], count: number): { timesMs: Float64Array; isRising: boolean; kinds: undefined } {
    if (this.#times.length < count) {
      this.#bytes = new Uint8Array(count * 4)
      this.#times = new Float64Array(count)
    }
    let at = 0
    for (const { block, from, to } of runs) {
      const column = this.#offsets[block]
      if (column !== undefined) this.#bytes.set(column.subarray(from * 4, to * 4), at)
      at += (to - from) * 4
    }
    const offsets = new Uint32Array(this.#bytes.buffer, 0, count)
    let [before, isRising] = [-1, true]
    for (let i = 0; i < count; i++) {
      const offset = offsets[i] ?? 0
      if (offset <= before) isRising = false
      before = offset
      this.#times[i] = this.#baseMs + offset
    }
    return { timesMs: this.#shared.share(this.#times.subarray(0, count)), isRising, kinds: undefined }
  }
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

/** Equal arrays of times become one. */
class SharedTimes {
  readonly #known = new Map<number, Float64Array[]>()

  share(timesMs: Float64Array): Float64Array {
    const last = timesMs[timesMs.length - 1] ?? 0
    const key = (timesMs[0] ?? 0) + last * 31 + timesMs.length
    const alike = this.#known.get(key)
    const known = alike?.find((each) => sameTimes(each, timesMs))
    if (known !== undefined) return known
    const own = timesMs.slice()
    if (alike === undefined) this.#known.set(key, [own])
    else alike.push(own)
    return own
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
