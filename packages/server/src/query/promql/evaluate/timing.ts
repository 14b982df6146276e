import type { AtModifier, Duration, Position } from '../parse/ast.ts'
import { durationArithmetic } from '../parse/parse-duration.ts'
import { QueryFailure, type QueryTimes } from './evaluation.ts'
import { endOf, type Grid, timeOf } from './grid.ts'

/** Milliseconds of a duration as written, its arithmetic worked out for this query. */
function durationMs(duration: Duration, query: QueryTimes): number {
  const seconds = durationSeconds(duration, query)
  if (!Number.isFinite(seconds)) fail(duration, 'duration is NaN or infinite')
  if (Math.abs(seconds) > 2 ** 63 / 1e9) fail(duration, 'duration is out of range')
  return Math.trunc(Number((seconds * 1000).toFixed(6)))
}

/** Of a range or a step, which must be longer than nothing. */
export function lengthMs(duration: Duration, query: QueryTimes): number {
  const ms = durationMs(duration, query)
  if (ms <= 0) fail(duration, 'duration must be greater than 0')
  return ms
}

/** With where in the text the duration stands, counted from 0: as Prometheus says it, unlike the parser's places. */
function fail(duration: Duration, problem: string): never {
  const { start, end } = placeOf(duration)
  throw new QueryFailure('bad-query', `${start}:${end}: ${problem}`)
}

/** Parentheses around it are left out, and `min_of(` and the like. */
function placeOf(duration: Duration): Position {
  if (duration.kind === 'group') return placeOf(duration.operand)
  if (duration.kind !== 'operation') return duration.position
  return { start: placeOf(duration.left).start, end: placeOf(duration.right).end }
}

function durationSeconds(duration: Duration, query: QueryTimes): number {
  switch (duration.kind) {
    case 'amount':
      return duration.seconds
    case 'step':
      return query.stepMs / 1000
    case 'range':
      return (query.endMs - query.startMs) / 1000
    case 'negative':
      return -durationSeconds(duration.operand, query)
    case 'group':
      return durationSeconds(duration.operand, query)
    case 'operation': {
      const left = durationSeconds(duration.left, query)
      const right = durationSeconds(duration.right, query)
      if (right === 0 && duration.operator === '/') fail(duration, 'division by zero')
      if (right === 0 && duration.operator === '%') fail(duration, 'modulo by zero')
      return durationArithmetic(duration.operator, left, right)
    }
  }
}

/** Which moment a selector or subquery looks at from each step of the grid. */
export type Moments = {
  readonly fixedMs: number | undefined
  readonly offsetMs: number
  readonly firstMs: number
  readonly lastMs: number
}

type Modified = { readonly at: AtModifier | undefined; readonly offset: Duration | undefined }

export function momentsOf({ at, offset }: Modified, grid: Grid, query: QueryTimes): Moments {
  const offsetMs = offset === undefined ? 0 : durationMs(offset, query)
  const fixed =
    at === undefined ? undefined : at.kind === 'time' ? at.unixMs : at.kind === 'start' ? query.startMs : query.endMs
  const fixedMs = fixed === undefined ? undefined : fixed - offsetMs
  return {
    fixedMs,
    offsetMs,
    firstMs: fixedMs ?? grid.startMs - offsetMs,
    lastMs: fixedMs ?? endOf(grid) - offsetMs,
  }
}

/** How far apart the moments are, 0 if there is one only. */
export const stepBetween = (moments: Moments, grid: Grid): number =>
  moments.fixedMs === undefined && grid.steps > 1 ? grid.stepMs : 0

export const momentAt = (moments: Moments, grid: Grid, step: number): number =>
  moments.fixedMs ?? timeOf(grid, step) - moments.offsetMs

/** The first index whose time is after `timeMs`, searched from `from` on. */
export function firstAfter(timesMs: Float64Array, timeMs: number, from: number): number {
  let low = from
  // Steps usually move by a few samples only.
  for (let ahead = 1; low + ahead < timesMs.length && (timesMs[low + ahead] ?? 0) <= timeMs; ahead *= 2) low += ahead
  let high = timesMs.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((timesMs[middle] ?? 0) <= timeMs) low = middle + 1
    else high = middle
  }
  return low
}
