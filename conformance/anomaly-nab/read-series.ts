import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A series of the Numenta Anomaly Benchmark with the rows that people labelled. */
export type LabelledSeries = {
  /** `realTweets/Twitter_volume_IBM.csv` */
  readonly name: string
  readonly timesMs: readonly number[]
  readonly values: readonly number[]
  /** Rows, both ends included, in order. */
  readonly windows: readonly Window[]
}
export type Window = { readonly first: number; readonly last: number }

/** All series of a folder that `labels/combined_windows.json` names. */
export async function readLabelledSeries(directory: string): Promise<LabelledSeries[]> {
  const labels: Record<string, [string, string][]> = JSON.parse(
    await readFile(join(directory, 'labels', 'combined_windows.json'), 'utf8'),
  )
  const series: LabelledSeries[] = []
  for (const [name, given] of Object.entries(labels)) {
    const rows = (await readFile(join(directory, 'data', name), 'utf8')).trim().split('\n').slice(1)
    const timesMs = rows.map((row) => timeOf(row.slice(0, row.indexOf(','))))
    const values = rows.map((row) => Number(row.slice(row.indexOf(',') + 1)))
    const windows = given.map(([from, to]) => {
      const [fromMs, toMs] = [timeOf(from), timeOf(to)]
      return { first: timesMs.findIndex((ms) => ms >= fromMs), last: timesMs.findLastIndex((ms) => ms <= toMs) }
    })
    series.push({ name, timesMs, values, windows })
  }
  return series
}

const timeOf = (text: string): number => Date.parse(`${text.trim().replace(' ', 'T')}Z`)

/** Rows at the beginning that count neither for nor against a detector. */
export const probationOf = ({ values }: Pick<LabelledSeries, 'values'>): number =>
  Math.min(Math.floor(0.15 * values.length), 750)
