import type { PlainBlock } from '../../base/native/read-plain-columns.ts'
import { floatSample, staleKinds, staleSample } from '../promql/evaluate/series-source.ts'

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
  const total = runs.counts.reduce((sum, count) => sum + count, 0)
  const hasStarts = blocks.some((block) => block.column('start').length > 0)
  const times = new Float64Array(total)
  const values = new Float64Array(total)
  const starts = hasStarts ? new Float64Array(total) : undefined
  const { firsts, unordered } = fillColumns(blocks, runs, baseMs, { times, values, starts })
  const shared = new SharedTimes()
  const mayBeStale = staleKinds(values) !== undefined
  return Array.from(runs.counts, (count, index) => {
    if (count === 0) return noSamples
    const first = firsts[index] ?? 0
    const own = values.subarray(first, first + count)
    const columns = {
      timesMs: times.subarray(first, first + count),
      values: own,
      kinds: mayBeStale ? staleKinds(own) : undefined,
      startTimesMs: knownStarts(starts?.subarray(first, first + count)),
    }
    const ordered = unordered[index] === 1 ? inOrderOfTime(columns) : columns
    return { ...ordered, timesMs: shared.share(ordered.timesMs) }
  })
}

const knownStarts = (starts: Float64Array | undefined): Float64Array | undefined =>
  starts?.some((start) => start > 0) === true ? starts : undefined

/** Rows `from` up to `to` of a block belong to the series at `index`: four numbers for each run. */
type Runs = { readonly list: readonly number[]; readonly counts: Uint32Array }

function findRuns(blocks: readonly PlainBlock[], indexOf: ReadonlyMap<number, number>, series: number): Runs {
  const list: number[] = []
  const counts = new Uint32Array(series)
  blocks.forEach((block, at) => {
    const keys = wordsOf(block.column('key'))
    for (let from = 0; from < keys.length; ) {
      const key = keys[from] ?? 0
      let to = from + 1
      while (to < keys.length && keys[to] === key) to++
      const index = indexOf.get(key)
      if (index !== undefined) {
        list.push(at, index, from, to)
        counts[index] = (counts[index] ?? 0) + to - from
      }
      from = to
    }
  })
  return { list, counts }
}

type Whole = { times: Float64Array; values: Float64Array; starts: Float64Array | undefined }

function fillColumns(blocks: readonly PlainBlock[], { list, counts }: Runs, baseMs: number, whole: Whole) {
  const firsts = new Uint32Array(counts.length)
  for (let i = 1; i < counts.length; i++) firsts[i] = (firsts[i - 1] ?? 0) + (counts[i - 1] ?? 0)
  const next = firsts.slice()
  const unordered = new Uint8Array(counts.length)
  let block = -1
  let offsets: Uint32Array = new Uint32Array(0)
  let values: Float64Array = none
  let starts: Float64Array = none
  for (let i = 0; i < list.length; i += 4) {
    const [at = 0, index = 0, from = 0, to = 0] = [list[i], list[i + 1], list[i + 2], list[i + 3]]
    if (at !== block) {
      block = at
      offsets = wordsOf(blocks[at]?.column('t') ?? new Uint8Array(0))
      values = numbersOf(blocks[at]?.column('v') ?? new Uint8Array(0))
      starts = numbersOf(blocks[at]?.column('start') ?? new Uint8Array(0))
    }
    let to64 = next[index] ?? 0
    let before = to64 === firsts[index] ? -Infinity : (whole.times[to64 - 1] ?? 0)
    whole.values.set(values.subarray(from, to), to64)
    whole.starts?.set(starts.subarray(from, to), to64)
    for (let row = from; row < to; row++) {
      const timeMs = baseMs + (offsets[row] ?? 0)
      if (timeMs <= before) unordered[index] = 1
      whole.times[to64++] = timeMs
      before = timeMs
    }
    next[index] = to64
  }
  return { firsts, unordered }
}

/** Numbers of a column as they are; copied where they do not lie on a border that the machine reads them from. */
function wordsOf(bytes: Uint8Array): Uint32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes)
  return new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4)
}
function numbersOf(bytes: Uint8Array): Float64Array {
  const aligned = bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes)
  return new Float64Array(aligned.buffer, aligned.byteOffset, aligned.length / 8)
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

/** The samples after one time, up to and including the other. */
export function cutSamples(all: readonly SeriesColumns[], afterMs: number, untilMs: number): readonly SeriesColumns[] {
  const cuts = new Map<Float64Array, { from: number; to: number; timesMs: Float64Array }>()
  const cutOf = (timesMs: Float64Array): { from: number; to: number; timesMs: Float64Array } => {
    const from = countUpTo(timesMs, afterMs)
    const to = countUpTo(timesMs, untilMs)
    const cut = { from, to, timesMs: from === 0 && to === timesMs.length ? timesMs : timesMs.subarray(from, to) }
    cuts.set(timesMs, cut)
    return cut
  }
  return all.map((columns) => {
    const { from, to, timesMs } = cuts.get(columns.timesMs) ?? cutOf(columns.timesMs)
    if (timesMs === columns.timesMs) return columns
    const kinds = columns.kinds?.subarray(from, to)
    return {
      timesMs,
      values: columns.values.subarray(from, to),
      kinds: kinds?.includes(staleSample) === true ? kinds : undefined,
      startTimesMs: columns.startTimesMs?.subarray(from, to),
    }
  })
}

/** How many times are not after this one. */
function countUpTo(timesMs: Float64Array, timeMs: number): number {
  let [low, high] = [0, timesMs.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((timesMs[middle] ?? 0) <= timeMs) low = middle + 1
    else high = middle
  }
  return low
}

/** What they take in memory. */
export function bytesOf(all: readonly SeriesColumns[]): number {
  const times = new Set(all.map(({ timesMs }) => timesMs))
  let bytes = all.length * 200
  for (const each of times) bytes += each.byteLength
  for (const { values, kinds, startTimesMs } of all)
    bytes += values.byteLength + (kinds?.byteLength ?? 0) + (startTimesMs?.byteLength ?? 0)
  return bytes
}
