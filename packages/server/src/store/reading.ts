import type { Answer, ReadLimits } from './store.ts'
import { QueryError } from './store.ts'

/** What both drivers do around a question. */

/** One limit in time for standing in line and running together, and one for a client that went away. */
export function startStopping(timeoutMs: number, outer: AbortSignal | undefined) {
  const stopping = new AbortController()
  const cancel = (): void => stopping.abort(new QueryError('Cannot run the query: it was cancelled', 'cancelled'))
  const late = new QueryError(
    `Cannot run the query: it took longer than ${timeoutMs} ms; narrow the time range or the search`,
    'timeout',
  )
  const timer = setTimeout(() => stopping.abort(late), timeoutMs)
  if (outer?.aborted === true) cancel()
  outer?.addEventListener('abort', cancel, { once: true })
  return {
    signal: stopping.signal,
    clear: (): void => {
      clearTimeout(timer)
      outer?.removeEventListener('abort', cancel)
    },
  }
}

export function definedLimits(limits: Partial<ReadLimits> | undefined): Partial<ReadLimits> {
  return Object.fromEntries(Object.entries(limits ?? {}).filter(([, value]) => value !== undefined))
}

type EngineAnswer<Row> = {
  data: Row[]
  statistics: { elapsed: number; rows_read: number; bytes_read: number }
}

export function parseAnswer<Row>(text: string): Answer<Row> {
  const { data, statistics }: EngineAnswer<Row> = JSON.parse(text)
  return {
    rows: data,
    cost: {
      rowsRead: statistics.rows_read,
      bytesRead: statistics.bytes_read,
      elapsedMs: statistics.elapsed * 1000,
    },
  }
}
