import { closeSync, fstatSync, openSync } from 'node:fs'
import * as chdb from 'chdb'
import { type EngineSize, engineArguments } from './engine-arguments.ts'
import { linesOf } from './lines.ts'
import type { Session } from './sessions.ts'

/** The first session starts the engine, which holds a lock (flock on `status`) that goes with the process. */
export function openSession(directory: string, connectionArgs: readonly string[]): Session {
  hideInput()
  try {
    return new chdb.Session(directory, { connectionArgs })
  } catch (error) {
    throw new Error(
      `Cannot open the store in ${directory}: another wakeline server seems to be using it; stop that one or choose another directory`,
      { cause: error },
    )
  }
}

/** A file at stdin is taken by the engine for rows of an INSERT, which it then refuses: "both inlined and external data". */
function hideInput(): void {
  if (!fstatSync(stdin).isFile()) return
  closeSync(stdin)
  // The lowest number that is free.
  openSync('/dev/null', 'r')
}

const stdin = 0

/** The engine with one session and nothing around it, for work that no server does meanwhile. */
export type EngineAccess = {
  run(sql: string): Promise<void>
  /** Lines of a one-column answer. */
  ask(sql: string): Promise<string[]>
  close(): Promise<void>
}

export function openEngine(directory: string, size: EngineSize): EngineAccess {
  const session = openSession(directory, engineArguments(size))
  return {
    run: async (sql) => {
      await session.queryAsync(sql, { format: 'Null' })
    },
    ask: async (sql) => linesOf((await session.queryAsync(sql, { format: 'TSV' })).text()),
    close: async () => {
      session.close()
      await chdb.drainPending()
    },
  }
}
