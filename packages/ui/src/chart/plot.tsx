import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import './plot.css'

/**
 * uPlot in React: made anew when `options` changes, given data and size without being made anew. `options` must be
 * steady (useMemo) and has no size.
 */
export function Plot(props: {
  options: Omit<uPlot.Options, 'width' | 'height'>
  data: uPlot.AlignedData
  heightPx: number
}) {
  const { options, data, heightPx } = props
  const frame = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(undefined)
  const newest = useRef(data)
  newest.current = data

  useEffect(() => {
    const element = frame.current
    if (element === null) return
    const made = new uPlot(
      { ...options, width: Math.max(50, element.clientWidth), height: heightPx },
      newest.current,
      element,
    )
    plot.current = made
    const resized = new ResizeObserver(() => {
      if (element.clientWidth > 0) made.setSize({ width: element.clientWidth, height: heightPx })
    })
    resized.observe(element)
    return () => {
      resized.disconnect()
      made.destroy()
      plot.current = undefined
    }
  }, [options, heightPx])

  useEffect(() => {
    // The data a plot was made with is given once more on the first pass; uPlot takes that lightly.
    plot.current?.setData(data)
  }, [data])

  return <div ref={frame} style={{ height: heightPx, minWidth: 0 }} />
}
