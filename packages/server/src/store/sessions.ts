import { QueryError } from './store.ts'

/** One connection to the engine: it runs one statement at a time. */
export type EngineResult = {
  text(): string
  bytes(): Uint8Array
  readonly rowsRead: number
  readonly bytesRead: number
  /** Seconds. */
  readonly elapsed: number
}
/** Ends the query when it is left before its end. */
export type EngineStream = AsyncIterable<{ raw(): Uint8Array; readonly numRows: number }>
export type Session = {
  queryAsync(sql: string, options: { format: string }): Promise<EngineResult>
  /** One statement alone. It is planned before this returns. */
  queryStream(sql: string, options: { format: string }): EngineStream
  close(): void
}

type Waiter = { take: (session: Session) => void; refuse: (error: Error) => void }

/**
 * Sessions lent out one question each, first come first served. The line is bounded: a question that would have to
 * stand behind `waitingMax` others is refused at once, which tells more than a late answer.
 */
export class SessionPool {
  readonly #all: readonly Session[]
  readonly #idle: Session[]
  readonly #waiting: Waiter[] = []
  readonly #waitingMax: number

  constructor(sessions: readonly Session[], waitingMax: number) {
    this.#all = sessions
    this.#idle = [...sessions]
    this.#waitingMax = waitingMax
  }

  /** Rejects with a QueryError when the line is full or `signal` fires first. */
  take(signal: AbortSignal): Promise<Session> {
    if (signal.aborted) return Promise.reject(signal.reason)
    const idle = this.#idle.pop()
    if (idle !== undefined) return Promise.resolve(idle)
    if (this.#waiting.length >= this.#waitingMax) {
      return Promise.reject(
        new QueryError(
          `Cannot run the query: ${this.#waitingMax} others are waiting already; try again later`,
          'timeout',
        ),
      )
    }
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        const place = this.#waiting.indexOf(waiter)
        if (place >= 0) this.#waiting.splice(place, 1)
        reject(signal.reason)
      }
      const waiter: Waiter = {
        take: (session) => {
          signal.removeEventListener('abort', leave)
          resolve(session)
        },
        refuse: (error) => {
          signal.removeEventListener('abort', leave)
          reject(error)
        },
      }
      signal.addEventListener('abort', leave, { once: true })
      this.#waiting.push(waiter)
    })
  }

  give(session: Session): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#idle.push(session)
    else next.take(session)
  }

  close(error: Error): void {
    for (const waiter of this.#waiting.splice(0)) waiter.refuse(error)
    this.#idle.length = 0
    for (const session of this.#all) session.close()
  }
}
