import type { LogRecord } from '@wakeline/protocol'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { AppendedBlock, Reader } from '../store/store.ts'
import { tables } from '../store/tables.ts'
import type { LogsAsk } from './logs.ts'
import { startTail, type Tail, type TailViewer } from './tail.ts'
import { seedEndMs, seedStartMs } from './test-world/seed.case.ts'
import { openSeededWorld, type TestWorld } from './test-world/world.case.ts'

let world: TestWorld
let blocks: AppendedBlock[]
beforeAll(async () => {
  world = await openSeededWorld()
  const of = async (table: 'resources' | 'scopes' | 'logs'): Promise<AppendedBlock> => {
    const columns = tables[table].map(([name]) => name).join(', ')
    const order = table === 'logs' ? 'ORDER BY ts, body' : ''
    const bytes = await world.block(`SELECT ${columns} FROM ${table} ${order}`)
    return { table, rows: table === 'logs' ? 73 : 4, bytes }
  }
  blocks = [await of('resources'), await of('scopes'), await of('logs')]
})
afterAll(() => world.close())

let nowMs: number
let listeners: [table: string, listen: (block: AppendedBlock) => void][]
let tail: Tail
beforeEach(() => {
  nowMs = seedEndMs
  listeners = []
  tail = startTail({ reader: recorder, options: { tailBufferMax: 30 }, nowUnixMs: () => nowMs })
})

const recorder: Reader = {
  rows: () => Promise.reject(new Error('live tail asked the store')),
  blocks: () => Promise.reject(new Error('live tail asked the store')),
  stream: () => Promise.reject(new Error('live tail asked the store')),
  typed: () => Promise.reject(new Error('live tail asked the store')),
  subscribe(table, listen) {
    const entry: (typeof listeners)[number] = [table, listen]
    listeners.push(entry)
    return () => {
      listeners = listeners.filter((each) => each !== entry)
    }
  },
}

const print = (record: LogRecord): string => `${record.timeUnixNano} ${record.body}`

function publish(): void {
  for (const block of blocks) for (const [table, listen] of listeners) if (table === block.table) listen(block)
}

function follow(q: string): TailViewer {
  const viewer = tail.open(q)
  if ('refused' in viewer) throw new Error(viewer.message)
  return viewer
}

describe('live tail', () => {
  test.each([
    'card declined',
    'level>=warn host.name:host-1',
    'scope.name:cron* event:tick',
    'attempts>3',
    '-order.id:* same',
  ])('sends the records that a search for %s finds in the store', async (q) => {
    const ask: LogsAsk = { fromMs: seedStartMs, toMs: seedEndMs, q, order: 'oldest', limit: 100 }
    const stored = await world.query.logs(ask, {})
    const viewer = follow(q)
    publish()
    const event = await viewer.next(0)
    if (!('records' in stored) || typeof event === 'string' || event.event !== 'records') throw new Error('no records')
    expect(stored.records.length).toBeGreaterThan(2)
    expect(event.data).toEqual({ records: event.data.records, resources: stored.resources, scopes: stored.scopes })
    // Records of one time have no order of their own.
    const sorted = (records: LogRecord[]): LogRecord[] => records.toSorted((a, b) => (print(a) < print(b) ? -1 : 1))
    expect(sorted(event.data.records)).toEqual(sorted(stored.records))
  })

  test('tells a slow viewer how many records it lost', async () => {
    const viewer = follow('')
    publish()
    expect(await viewer.next(0)).toMatchObject({ event: 'records', data: { records: { length: 30 } } })
    expect(await viewer.next(0)).toEqual({ event: 'lost', data: { records: 43 } })
    expect(await viewer.next(0)).toBe('nothing')
  })

  test('does not read records that come faster than can be shown, and says so', async () => {
    const viewer = follow('nothing-of-this')
    const [listen] = listeners.filter(([table]) => table === 'logs').map(([, each]) => each)
    listen?.({ table: 'logs', rows: 20_001, bytes: new Uint8Array([255]) })
    expect(await viewer.next(0)).toEqual({ event: 'lost', data: { records: 20_001 } })
  })

  test('wakes a viewer that waits, and listens to logs only while someone follows', async () => {
    const viewer = follow('')
    const waiting = viewer.next(60_000)
    publish()
    expect(await waiting).toMatchObject({ event: 'records' })
    const closing = viewer.next(0).then(() => viewer.next(60_000))
    await Promise.resolve()
    viewer.close()
    expect(await closing).toBe('closed')
    expect([tail.viewers(), listeners.map(([table]) => table)]).toEqual([0, ['resources', 'scopes']])
    tail.stop()
    expect(listeners).toEqual([])
  })

  test('refuses a search that cannot be read', () => {
    expect(tail.open('level:loud')).toMatchObject({ refused: 'invalid_query', position: 6 })
  })
})
