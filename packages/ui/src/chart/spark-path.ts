/** SVG paths of a sparkline: the line, and what is filled. A null breaks the line; a lone point becomes a dot. */
export function sparkPath(on: {
  values: readonly (number | null)[]
  shape: 'line' | 'area' | 'bar'
  width: number
  height: number
  max?: number
}): { path: string; fill: string } {
  const { values, shape, width, height } = on
  const top = on.max ?? values.reduce<number>((high, value) => Math.max(high, value ?? 0), 0)
  const step = width / Math.max(1, shape === 'bar' ? values.length : values.length - 1)
  const y = (value: number) => round(height - 1 - (top > 0 ? Math.min(1, value / top) * (height - 2.5) : 0))
  let path = ''
  let fill = ''
  if (shape === 'bar') {
    values.forEach((value, at) => {
      if (value === null || value <= 0) return
      const high = Math.min(y(value), height - 3)
      fill += `M${round(at * step)} ${height - 1}V${high}h${round(Math.max(1, step - 0.6))}V${height - 1}z`
    })
    return { path, fill }
  }
  for (const run of runs(values)) {
    const points = run.map(([at, value]) => `${round(at * step)} ${y(value)}`)
    const [first] = run
    const last = run.at(-1)
    if (first === undefined || last === undefined) continue
    path += `M${points.length === 1 ? `${points[0]}h0.1` : points.join('L')}`
    if (shape === 'area')
      fill += `M${round(first[0] * step)} ${height - 1}L${points.join('L')}L${round(last[0] * step)} ${height - 1}z`
  }
  return { path, fill }
}

/** Values without gaps between them, each with its place. */
function runs(values: readonly (number | null)[]): [at: number, value: number][][] {
  const found: [number, number][][] = []
  let open: [number, number][] | undefined
  values.forEach((value, at) => {
    if (value === null) open = undefined
    else if (open === undefined) {
      open = [[at, value]]
      found.push(open)
    } else open.push([at, value])
  })
  return found
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
