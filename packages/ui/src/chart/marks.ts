import type uPlot from 'uplot'
import type { Ink } from '../theme/colours.ts'

/** A moment that a chart is read by: a deploy. */
export type ChartMark = { atMs: number; name: string }

/** Between two names. */
const gapPx = 6
/** Between a line and its name. */
const besidePx = 3
/** Lines begin below the names, so that none is crossed out by the next. */
const namesPx = 14
/** Lines of more than these would be all one sees. */
const manyMarks = 12

/** Dashed lines across the chart for marks in the order of time, with their names at the top, behind nothing. */
export function drawMarks(plot: uPlot, marks: readonly ChartMark[], ink: Ink): void {
  const { ctx, bbox } = plot
  const ratio = devicePixelRatio
  ctx.save()
  ctx.strokeStyle = ink.of('var(--ink-2)')
  ctx.fillStyle = ink.of('var(--ink-2)')
  ctx.lineWidth = ratio
  ctx.globalAlpha = marks.length > manyMarks ? 0.4 : 1
  ctx.setLineDash([3 * ratio, 3 * ratio])
  ctx.font = `${11 * ratio}px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif`
  ctx.textBaseline = 'top'
  ctx.textAlign = 'left'
  const inside = marks
    .map(({ atMs, name }) => ({
      name,
      x: Math.round(plot.valToPos(atMs, 'x', true)),
      width: ctx.measureText(name).width,
    }))
    .filter(({ x }) => x >= bbox.left && x <= bbox.left + bbox.width)
  for (const { x } of inside) {
    ctx.beginPath()
    ctx.moveTo(x, bbox.top + namesPx * ratio)
    ctx.lineTo(x, bbox.top + bbox.height)
    ctx.stroke()
  }
  for (const { name, from } of placeNames(inside, { right: bbox.left + bbox.width, ratio }))
    ctx.fillText(name, from, bbox.top)
  ctx.restore()
}

type Placed = { name: string; x: number; width: number }

/**
 * Where names of lines begin, the last first: right of its line, or left of it at the end of the chart. Of names that have
 * no room beside one another the latest is written: it is the deploy one looks for.
 */
export function placeNames(lines: readonly Placed[], { right, ratio }: { right: number; ratio: number }) {
  const names: { name: string; from: number }[] = []
  let later = Number.POSITIVE_INFINITY
  for (const { name, x, width } of lines.toReversed()) {
    const fits = x + width + gapPx * ratio < right
    const from = fits ? x + besidePx * ratio : x - width - besidePx * ratio
    if (from + width + gapPx * ratio > later) continue
    names.push({ name, from })
    later = from
  }
  return names
}
