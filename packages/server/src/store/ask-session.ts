import type { EngineResult, Session } from './sessions.ts'
import type { Cost } from './store.ts'

/** One statement on one session of the embedded engine, whose answer comes whole or in pieces. */

export function costOf({ rowsRead, bytesRead, elapsed }: EngineResult): Cost {
  return { rowsRead, bytesRead, elapsedMs: elapsed * 1000 }
}

/**
 * What a session had begun to print when a query failed (too many rows, stopped) would stand before the answer of its
 * next query: something without an answer takes it away.
 */
async function leavingNothing<Result>(session: Session, ask: () => Promise<Result>): Promise<Result> {
  try {
    return await ask()
  } catch (error) {
    await session.queryAsync('SELECT 1', { format: 'Null' }).catch(() => {})
    throw error
  }
}

export const askSession = (session: Session, sql: string, format: string): Promise<EngineResult> =>
  leavingNothing(session, () => session.queryAsync(sql, { format }))

/** Settings go first: what streams is one statement. `take` gets its blocks as they come. */
export const streamSession = (
  session: Session,
  settings: string,
  sql: string,
  take: (blocks: Uint8Array) => void,
): Promise<Cost> =>
  leavingNothing(session, async () => {
    const startMs = performance.now()
    const cost = { rowsRead: 0, bytesRead: 0 }
    await session.queryAsync(settings, { format: 'Null' })
    for await (const piece of oneAhead(session.queryStream(sql, { format: 'Native' }))) {
      const blocks = piece.raw()
      cost.rowsRead += piece.numRows
      cost.bytesRead += blocks.length
      take(blocks)
    }
    return { ...cost, elapsedMs: performance.now() - startMs }
  })

/** Asks for the next piece before the last one is looked at: the engine works on it meanwhile. */
async function* oneAhead<Piece>(pieces: AsyncIterable<Piece>): AsyncGenerator<Piece> {
  const from = pieces[Symbol.asyncIterator]()
  let next = from.next()
  try {
    for (;;) {
      const { done, value } = await next
      if (done === true) return
      next = from.next()
      yield value
    }
  } finally {
    // Left early, or the last one failed: what is on its way comes first, then the query ends.
    await next.catch(() => {})
    await from.return?.()
  }
}
