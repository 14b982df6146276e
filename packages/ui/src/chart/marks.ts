import type uPlot from 'uplot'
import type { Ink } from '../theme/colours.ts'

/** A moment that a chart is read by: a deploy. */
export type ChartMark = { atMs: number; name: string }

/** Names nearer to one another than their width are left out; their lines stay. */
const gapPx = 6
/** Lines begin below the names, so that none is crossed out by the next. */
const namesPx = 14
/** Lines of more than these would be all one sees. */
const manyMarks = 12

/** Dashed lines across the chart with their names at the top, behind nothing. */
export function drawMarks(plot: uPlot, marks: readonly ChartMark[], ink: Ink): void {
  const { ctx, bbox } = plot
  const ratio = devicePixelRatio
  let nameEnd = Number.NEGATIVE_INFINITY
  ctx.save()
  ctx.strokeStyle = ink.of('var(--ink-2)')
  ctx.fillStyle = ink.of('var(--ink-2)')
  ctx.lineWidth = ratio
  ctx.globalAlpha = marks.length > manyMarks ? 0.4 : 1
  ctx.setLineDash([3 * ratio, 3 * ratio])
  ctx.font = `${11 * ratio}px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif`
  ctx.textBaseline = 'top'
  ctx.textAlign = 'left'
  for (const { atMs, name } of marks) {
    const x = Math.round(plot.valToPos(atMs, 'x', true))
    if (x < bbox.left || x > bbox.left + bbox.width) continue
    ctx.beginPath()
    ctx.moveTo(x, bbox.top + namesPx * ratio)
    ctx.lineTo(x, bbox.top + bbox.height)
    ctx.stroke()
    const width = ctx.measureText(name).width
    const fits = x + width + gapPx * ratio < bbox.left + bbox.width
    const from = fits ? x + 3 * ratio : x - width - 3 * ratio
    if (from < nameEnd) continue
    ctx.fillText(name, from, bbox.top)
    nameEnd = from + width + gapPx * ratio
  }
  ctx.restore()
}
