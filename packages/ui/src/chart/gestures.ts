import type uPlot from 'uplot'

/** What people do on a chart: each is a function or absent. */
export type Gestures = {
  onSelect?: (box: { fromMs: number; toMs: number; low: number; high: number }) => void
  onClick?: (plot: uPlot, left: number, top: number) => void
}

const dragMinPx = 5

/** Tells a drag (selects) from a click (opens) on a plot; `gestures` is read at that moment. */
export function gesturePlugin(gestures: () => Gestures): uPlot.Plugin {
  let downAt: { x: number; y: number } | undefined
  return {
    hooks: {
      ready: (plot) => {
        plot.over.addEventListener('mousedown', (event) => {
          downAt = { x: event.clientX, y: event.clientY }
        })
        plot.over.addEventListener('click', (event) => {
          const from = downAt
          downAt = undefined
          if (from === undefined || Math.hypot(event.clientX - from.x, event.clientY - from.y) > dragMinPx) return
          const box = plot.over.getBoundingClientRect()
          gestures().onClick?.(plot, event.clientX - box.left, event.clientY - box.top)
        })
      },
      setSelect: (plot) => {
        const { left, width, top, height } = plot.select
        if (width <= dragMinPx) return
        const box = {
          fromMs: plot.posToVal(left, 'x'),
          toMs: plot.posToVal(left + width, 'x'),
          high: plot.posToVal(top, 'y'),
          low: plot.posToVal(top + height, 'y'),
        }
        plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false)
        gestures().onSelect?.(box)
      },
    },
  }
}
