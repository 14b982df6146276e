import type { Running } from '../run.ts'
import { type Sql, sql } from '../sql.ts'
import type { SampleRange } from './plan.ts'

/**
 * How it is known that nothing has changed: by the parts that a table is made of. A part never changes, and its name
 * says which insertions it holds:
 *
 *   20260105_7_9_1     partition, first and last insertion, merges behind it
 *
 * So what was once read stays right while all parts hold insertions that were there before the reading, merged or not;
 * parts with other insertions are read and added. Nothing is guessed from clocks, and what was answered as stored is seen by
 * the next question. Where parts cannot be seen (a cluster shows its nodes' own), nothing is kept.
 */
export type Part = {
  table: string
  partition: string
  name: string
  first: number
  last: number
  rows: number
  /** Rewritten by a mutation: then its insertions do not say what it holds. */
  changed: boolean
}

type PartRow = {
  table: string
  partition: string
  name: string
  first: string
  last: string
  rows: string
  version: string
}

export async function readParts(tables: readonly string[], running: Running): Promise<readonly Part[]> {
  const rows = await running.rows<PartRow>(partsSql(tables))
  return rows.map(({ table, partition, name, first, last, rows: count, version }) => ({
    table,
    partition,
    name,
    first: Number(first),
    last: Number(last),
    rows: Number(count),
    changed: version !== first,
  }))
}

function partsSql(tables: readonly string[]): Sql {
  return sql`SELECT table, partition_id AS partition, name, min_block_number AS first, max_block_number AS last, rows,
  data_version AS version
FROM system.parts
WHERE active AND database = currentDatabase() AND table IN (${tables})`
}

const dayOf = (ms: number): string =>
  new Date(Math.min(Math.max(ms, 0), Date.UTC(2299, 0))).toISOString().slice(0, 10).replaceAll('-', '')

/** The first and the last partition that may hold samples of a range, of a table with one for each day. */
export const partitionsOf = ({ afterMs, untilMs }: SampleRange): readonly [first: string, last: string] => [
  dayOf(afterMs),
  dayOf(untilMs),
]

/** Those of a table that may hold samples of a range. */
export function partsInRange(parts: readonly Part[], table: string, range: SampleRange): readonly Part[] {
  const [from, to] = partitionsOf(range)
  return parts.filter((part) => part.table === table && part.partition >= from && part.partition <= to)
}

/** The insertions that a reading has seen. */
export class Coverage {
  readonly #seen = new Map<string, { first: number; last: number }[]>()
  readonly #names = new Set<string>()

  add(parts: readonly Part[]): void {
    for (const { partition, name, first, last } of parts) {
      this.#names.add(name)
      const spans = this.#seen.get(partition)
      if (spans === undefined) this.#seen.set(partition, [{ first, last }])
      else spans.push({ first, last })
    }
    for (const [partition, spans] of this.#seen) this.#seen.set(partition, joined(spans))
  }

  has({ partition, name, first, last, changed }: Part): boolean {
    if (this.#names.has(name)) return true
    const spans = changed ? undefined : this.#seen.get(partition)
    return spans?.some((span) => span.first <= first && last <= span.last) === true
  }

  /** Whether a partition is gone of which something was read: dropped, because its time was over. */
  hasMore(parts: readonly Part[]): boolean {
    const there = new Set(parts.map(({ partition }) => partition))
    return [...this.#seen.keys()].some((partition) => !there.has(partition))
  }
}

/** Numbers of insertions that came to nothing leave gaps, which is why only spans that touch become one. */
function joined(spans: { first: number; last: number }[]): { first: number; last: number }[] {
  const sorted = [...spans].sort((a, b) => a.first - b.first)
  const result: { first: number; last: number }[] = []
  for (const span of sorted) {
    const before = result[result.length - 1]
    if (before !== undefined && span.first <= before.last + 1) before.last = Math.max(before.last, span.last)
    else result.push({ ...span })
  }
  return result
}
