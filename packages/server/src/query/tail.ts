import type { LogRecord, TailEvent } from '@wakeline/protocol'
import type { Refused } from '../base/refused.ts'
import type { AppendedBlock, Reader } from '../store/store.ts'
import { logRows, matchRow, originRows } from './block-rows.ts'
import type { LogRow } from './plan/logs.ts'
import type { ScopeRow } from './plan/origins.ts'
import { compileMatch, type Match } from './search/condition-match.ts'
import { readSearch } from './search/read-search.ts'
import { logRecord, resourceRecords, scopeRecords } from './view/records.ts'

/**
 * Live tail: blocks that have just become durable, matched in this process.
 *
 *   published block -> rows (once for all viewers) -> match -> each viewer's bounded buffer -> next()
 *
 * Nothing is read while nobody follows, but for resources and scopes: they are said once and needed later.
 */
export type TailOptions = {
  /** Records waiting for one viewer; more are lost, and the viewer is told. */
  tailBufferMax: number
}

export type Tail = {
  open(q: string): TailViewer | Refused
  viewers(): number
  closeViewers(): void
  stop(): void
}

export type TailViewer = {
  /** What there is to send; waits for it for at most `waitMs`. */
  next(waitMs: number): Promise<TailEvent | 'nothing' | 'closed'>
  close(): void
}

/** Records of one event, so that a page can draw between two. */
const recordsAtOnce = 200
/** Reading rows holds up the process: about 1 us for each attribute. Blocks that come faster are lost to viewers. */
const rowsPerSecondMax = 20_000
const originsMax = 50_000

export function startTail({
  reader,
  options,
  nowUnixMs,
}: {
  reader: Reader
  options: TailOptions
  nowUnixMs: () => number
}): Tail {
  const viewers = new Set<Viewer>()
  const resources = new Map<string, ScopeRow>()
  const scopes = new Map<string, ScopeRow>()
  const pace = openPace(nowUnixMs)
  const remember = (known: Map<string, ScopeRow>, rows: ScopeRow[]): void => {
    for (const row of rows) {
      known.delete(row.id)
      known.set(row.id, row)
      const oldest = known.keys().next().value
      if (known.size > originsMax && oldest !== undefined) known.delete(oldest)
    }
  }
  const stops = [
    reader.subscribe('resources', (block) => remember(resources, originRows(block, 'resource_id'))),
    reader.subscribe('scopes', (block) => remember(scopes, originRows(block, 'scope_id'))),
  ]
  let stopLogs: (() => void) | undefined
  const onLogs = (block: AppendedBlock): void => {
    if (!pace.admits(block.rows)) {
      for (const viewer of viewers) viewer.lose(block.rows)
      return
    }
    for (const row of logRows(block.bytes)) {
      const match = matchRow(row, resources.get(row.resource), scopes.get(row.scope))
      for (const viewer of viewers) viewer.offer(row, match)
    }
  }
  const leave = (viewer: Viewer): void => {
    viewers.delete(viewer)
    if (viewers.size > 0) return
    stopLogs?.()
    stopLogs = undefined
  }
  const closeViewers = (): void => {
    for (const viewer of [...viewers]) viewer.close()
  }
  return {
    open(q) {
      const condition = readSearch('logs', q)
      if ('refused' in condition) return condition
      const viewer = new Viewer(compileMatch(condition), { bufferMax: options.tailBufferMax, resources, scopes, leave })
      viewers.add(viewer)
      stopLogs ??= reader.subscribe('logs', onLogs)
      return viewer
    },
    viewers: () => viewers.size,
    closeViewers,
    stop() {
      closeViewers()
      for (const stop of stops) stop()
    },
  }
}

type Origins = { resources: ReadonlyMap<string, ScopeRow>; scopes: ReadonlyMap<string, ScopeRow> }

class Viewer implements TailViewer {
  readonly #match: Match
  readonly #parts: Origins & { bufferMax: number; leave: (viewer: Viewer) => void }
  #waiting: LogRow[] = []
  #lost = 0
  #closed = false
  #wake: (() => void) | undefined

  constructor(match: Match, parts: Origins & { bufferMax: number; leave: (viewer: Viewer) => void }) {
    this.#match = match
    this.#parts = parts
  }

  offer(row: LogRow, match: Parameters<Match>[0]): void {
    if (!this.#match(match)) return
    if (this.#waiting.length >= this.#parts.bufferMax) this.#lost++
    else this.#waiting.push(row)
    this.#wake?.()
  }

  lose(rows: number): void {
    this.#lost += rows
    this.#wake?.()
  }

  async next(waitMs: number): Promise<TailEvent | 'nothing' | 'closed'> {
    if (this.#waiting.length === 0 && this.#lost === 0 && !this.#closed) await this.#wait(waitMs)
    if (this.#closed) return 'closed'
    // Records first: what was lost came after what is waiting.
    if (this.#waiting.length > 0) return { event: 'records', data: this.#take() }
    if (this.#lost === 0) return 'nothing'
    const records = this.#lost
    this.#lost = 0
    return { event: 'lost', data: { records } }
  }

  close(): void {
    this.#closed = true
    this.#waiting = []
    this.#parts.leave(this)
    this.#wake?.()
  }

  #take(): Extract<TailEvent, { event: 'records' }>['data'] {
    const rows = this.#waiting.splice(0, recordsAtOnce)
    const named = <Row>(ids: string[], known: ReadonlyMap<string, Row>): Row[] =>
      [...new Set(ids)].flatMap((id) => {
        const row = known.get(id)
        return row === undefined ? [] : [row]
      })
    const records: LogRecord[] = rows.map(logRecord)
    const resources = resourceRecords(
      named(
        rows.map((row) => row.resource),
        this.#parts.resources,
      ),
    )
    const scopes = scopeRecords(
      named(
        rows.map((row) => row.scope),
        this.#parts.scopes,
      ),
    )
    return { records, resources, scopes }
  }

  #wait(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        this.#wake = undefined
        resolve()
      }
      const timer = setTimeout(done, waitMs)
      this.#wake = done
    })
  }
}

/** So many rows in each second. */
function openPace(nowUnixMs: () => number): { admits(rows: number): boolean } {
  let second = 0
  let used = 0
  return {
    admits(rows) {
      const now = Math.floor(nowUnixMs() / 1000)
      if (now !== second) {
        second = now
        used = 0
      }
      if (used + rows > rowsPerSecondMax) return false
      used += rows
      return true
    },
  }
}
