import type { Borders, ColumnFunction } from './function.ts'

/**
 * The largest value of each window times `sign`, as `extreme` finds it. Windows overlap: samples are cut at every border of
 * any window, the largest of each piece is found once, and a window looks at its pieces.
 *
 *   samples   . . . | . . | . . . | . .
 *   windows   [-------------)
 *                   [-------------)
 */
export const extremeColumn =
  (sign: 1 | -1): ColumnFunction =>
  (borders) => {
    const pieces = piecesOf(borders)
    const best = new Float64Array(Math.max(0, pieces.starts.length - 1))
    return ({ floats }, points) => {
      findBest(floats, pieces, best, sign)
      fillExtremes(points, pieces, best, sign)
    }
  }

type Pieces = { starts: Uint32Array; from: Uint32Array; to: Uint32Array }

function findBest(floats: Float64Array, { starts }: Pieces, best: Float64Array, sign: 1 | -1): void {
  for (let piece = 0; piece < best.length; piece++)
    best[piece] = extremeOf(floats, starts[piece] ?? 0, starts[piece + 1] ?? 0, sign)
}

function fillExtremes(points: Float64Array, { from, to }: Pieces, best: Float64Array, sign: 1 | -1): void {
  for (let step = 0; step < points.length; step++) {
    const first = from[step] ?? 0
    const past = to[step] ?? 0
    if (past > first) points[step] = extremeOf(best, first, past, sign)
  }
}

/** Where pieces begin, the end of the last one behind; and which of them each step looks at. */
function piecesOf({ from, to }: Borders): Pieces {
  const cuts = new Set<number>()
  for (let step = 0; step < from.length; step++)
    if ((to[step] ?? 0) > (from[step] ?? 0)) cuts.add(from[step] ?? 0).add(to[step] ?? 0)
  const starts = Uint32Array.from(cuts).sort()
  const places = new Map(Array.from(starts, (start, place) => [start, place]))
  const placesOf = (borders: Uint32Array): Uint32Array => borders.map((border) => places.get(border) ?? 0)
  return { starts, from: placesOf(from), to: placesOf(to) }
}

/** NaN only where there is nothing else. The first of equal ones counts. */
function extremeOf(values: Float64Array, from: number, to: number, sign: 1 | -1): number {
  let best = values[from] ?? Number.NaN
  let i = from + 1
  while (Number.isNaN(best) && i < to) best = values[i++] ?? Number.NaN
  if (sign > 0) {
    for (; i < to; i++) if ((values[i] ?? 0) > best) best = values[i] ?? 0
  } else for (; i < to; i++) if ((values[i] ?? 0) < best) best = values[i] ?? 0
  return best
}
