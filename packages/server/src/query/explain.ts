import type { ExplainAnswer, ExplainedStatement } from '@wakeline/protocol'
import { isRefused, type Refused } from '../base/refused.ts'
import { askLogHistogram, askLogs } from './logs.ts'
import { type ColumnSizeRow, columnSizesSql, type EstimateRow, estimateSql } from './plan/estimate.ts'
import type { Running } from './run.ts'
import type { Signal } from './search/condition.ts'
import { askSpans } from './spans.ts'
import { render, type Sql } from './sql.ts'
import { askTable } from './table.ts'
import type { TimeRange } from './time-range.ts'
import { askTraces } from './traces.ts'

export type ExplainAsk = TimeRange & {
  of: 'logs' | 'histogram' | 'traces' | 'spans' | 'table'
  signal: Signal
  q: string
}

/**
 * What a question would read, without reading it: it is asked as ever, of an engine that only estimates and finds nothing.
 * What it would go on to ask about what it finds (resources, whole traces) is not in it.
 */
export async function explain(ask: ExplainAsk, running: Running): Promise<ExplainAnswer | Refused> {
  const statements: ExplainedStatement[] = []
  const estimate = async (statement: Sql): Promise<void> => {
    const { sql, params } = render(statement)
    const tables = await running.rows<EstimateRow>(estimateSql(statement))
    statements.push({
      sql,
      params: Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value)])),
      reads: tables.map(({ table, rows, parts }) => ({ table, rows: Number(rows), parts: Number(parts), bytes: 0 })),
    })
  }
  const estimating: Running = {
    ...running,
    async rows<Row>(statement: Sql): Promise<Row[]> {
      await estimate(statement)
      return []
    },
    async blocks(statement) {
      await estimate(statement)
      return new Uint8Array(0)
    },
  }
  const answer = await asked(ask, estimating)
  if (isRefused(answer)) return answer
  await addSizes(statements, running)
  const reads = statements.flatMap((statement) => statement.reads)
  const sum = (of: (read: (typeof reads)[number]) => number): number =>
    reads.reduce((total, read) => total + of(read), 0)
  return {
    statements,
    rows: sum(({ rows }) => rows),
    bytes: Math.round(sum(({ bytes }) => bytes)),
    cost: running.cost(),
  }
}

function asked(ask: ExplainAsk, running: Running): Promise<object | Refused> {
  const page = { ...ask, limit: 100 }
  switch (ask.of) {
    case 'logs':
      return askLogs({ ...page, order: 'newest' }, running)
    case 'histogram':
      return askLogHistogram({ ...ask, buckets: 60 }, running)
    case 'traces':
      return askTraces({ ...page, order: 'newest' }, running)
    case 'spans':
      return askSpans({ ...page, order: 'newest' }, running)
    case 'table':
      return askTable(ask, running)
  }
}

/** Bytes of the columns that a statement names, at their average size. */
async function addSizes(statements: readonly ExplainedStatement[], running: Running): Promise<void> {
  const tables = new Set(statements.flatMap(({ reads }) => reads.map(({ table }) => table)))
  if (tables.size === 0) return
  const sizes = await running.rows<ColumnSizeRow>(columnSizesSql([...tables]))
  for (const { sql, reads } of statements) {
    const words = new Set(sql.match(/\w+/g))
    for (const read of reads) {
      const ofTable = sizes.filter(({ table }) => table === read.table)
      const named = ofTable.reduce((sum, { name, bytes }) => sum + (words.has(name) ? bytes : 0), 0)
      const whole = ofTable.find(({ name }) => name === '')?.bytes ?? 0
      read.bytes = Math.round(read.rows * (named > 0 ? named : whole))
    }
  }
}
