/**
 * One compared figure. `ratio` is made so that lower is better: ours/peer of a time or a cost, peer/ours of a rate.
 * Where no peer can run, `peer` is the target of an issue and the name says so; a name that begins with `info:` is
 * not asked for by any.
 */
export type Row = { name: string; ours: number; peer: number | null; ratio: number | null; unit: string }

export function rateRow(name: string, ours: number, peer: number, unit: string): Row {
  return { name, ours, peer, ratio: peer / ours, unit }
}

export function costRow(name: string, ours: number, peer: number, unit: string): Row {
  return { name, ours, peer, ratio: ours / peer, unit }
}

/** A figure with nothing to hold it against yet. */
export function soloRow(name: string, ours: number, unit: string): Row {
  return { name: `info: ${name}`, ours, peer: null, ratio: null, unit }
}

export function printRows(rows: readonly Row[]): void {
  const width = Math.max(...rows.map(({ name }) => name.length))
  for (const { name, ours, peer, ratio, unit } of rows) {
    const compared = peer === null || ratio === null ? '' : `  peer ${figure(peer)}  ratio ${ratio.toFixed(2)}`
    console.log(`${name.padEnd(width)}  ours ${figure(ours)} ${unit}${compared}`)
  }
}

function figure(value: number): string {
  return (value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3)).padStart(9)
}

export function median(values: readonly number[] = []): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
