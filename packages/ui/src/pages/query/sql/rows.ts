import { Failure, type SqlAnswer } from '@wakeline/protocol'

export type SqlRow = { key: string; cells: unknown[] }

export function rowsOf(answer: SqlAnswer): SqlRow[] {
  return answer.rows.map((cells, at) => ({ key: String(at), cells }))
}

export function isNumeric(type: string): boolean {
  return /^(?:Nullable\(|LowCardinality\()*(?:U?Int|Float|Decimal|BFloat)/.test(type)
}

export function printCell(cell: unknown): string {
  if (typeof cell === 'string') return cell
  return cell === undefined ? '' : JSON.stringify(cell)
}

/** 32 hex digits in a column that is named for traces. */
export function isTraceId(name: string, text: string): boolean {
  return /trace/i.test(name) && /^[0-9a-f]{32}$/i.test(text)
}

/** What a column is sorted by: 64-bit integers come as text, and are numbers all the same. */
export function sortValue(cell: unknown, type: string): number | string {
  if (!isNumeric(type)) return printCell(cell)
  const value = cell === null ? Number.NaN : Number(cell)
  return Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value
}

/** Where the engine says a text is wrong: `failed at position 8 (FORM)`, counted from 1. */
export function sqlWrong(error: Error | undefined): { message: string; position: number | undefined } | undefined {
  if (!(error instanceof Failure) || error.code !== 'invalid_query') return undefined
  const found = /failed at position (\d+)/.exec(error.message)?.[1]
  return { message: error.message, position: error.position ?? (found === undefined ? undefined : Number(found) - 1) }
}
