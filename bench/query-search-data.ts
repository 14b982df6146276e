import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Session } from 'chdb'
import { openEmbeddedStore } from '../packages/server/src/store/embedded.ts'
import type { Store } from '../packages/server/src/store/store.ts'

/**
 * A day of telemetry, made by the engine itself and inserted into the real tables, so that indexes and rollups are
 * filled as by ingest: traces of ten spans from twenty services, and log lines of ten kinds.
 *
 *   trace n          ids from a hash of n, starts evenly over the day; span i of it is i ms later, below span (i - 1) / 2
 *   line n           evenly over the day; every 50,000th says "zebra"; "card" and "declined" stand in 2 % each, one behind
 *                    the other in each 20,000th
 */
export const dayStartMs = Date.UTC(2026, 0, 5)
export const dayMs = 86_400_000
const rowsAtOnce = 500_000
const spansEach = 10

export type SearchData = {
  store: Store
  /** All caches of the engine's own; the pages of files that the system keeps stay. */
  dropCaches(): Promise<void>
  close(): Promise<void>
}

/** In `WAKELINE_BENCH_DIRECTORY`, where it is given, the data is kept and used again. */
export async function openSearchData(size: { spans: number; logs: number }): Promise<SearchData> {
  const kept = process.env['WAKELINE_BENCH_DIRECTORY']
  const directory = kept ?? mkdtempSync(join(tmpdir(), 'wakeline-bench-search-'))
  mkdirSync(directory, { recursive: true })
  const store = await openEmbeddedStore({
    directory,
    readers: 2,
    waitingMax: 10,
    limits: { timeoutMs: 600_000, memoryMaxBytes: 2e9, rowsMax: 1_000_000 },
    memoryMaxBytes: 4e9,
    mergesMax: 2,
  })
  await store.migrate()
  const session = new Session(join(directory, 'store'))
  const whole = join(directory, `whole-${size.spans}-${size.logs}`)
  if (!existsSync(whole)) {
    await fill(session, size)
    // As the server does when it is calm.
    await session.queryAsync(
      'ALTER TABLE logs MATERIALIZE INDEX body_shapes, MATERIALIZE INDEX body_numbers SETTINGS mutations_sync = 2',
      {
        format: 'Null',
      },
    )
    await waitForMerges(session)
    writeFileSync(whole, '')
  }
  return {
    store,
    dropCaches: async () => {
      for (const cache of caches) await session.queryAsync(`SYSTEM DROP ${cache} CACHE`, { format: 'Null' })
    },
    close: async () => {
      session.close()
      await store.close()
      // Rows put in beside the segment log would be set aside at the next start.
      rmSync(join(directory, 'store', 'wakeline-insertions.json'), { force: true })
      if (kept === undefined) rmSync(directory, { recursive: true, force: true })
    },
  }
}

const caches = ['MARK', 'INDEX MARK', 'PRIMARY INDEX', 'UNCOMPRESSED', 'INDEX UNCOMPRESSED', 'QUERY CONDITION'].concat(
  ['TOKENS', 'HEADER', 'POSTINGS'].map((cache) => `TEXT INDEX ${cache}`),
)

async function fill(session: Session, { spans, logs }: { spans: number; logs: number }): Promise<void> {
  const insert = async (sql: string): Promise<void> => {
    await session.queryAsync(sql, { format: 'Null' })
  }
  const insertRows = async (rows: number, sql: (from: number, count: number) => string): Promise<void> => {
    for (let from = 0; from < rows; from += rowsAtOnce) {
      await insert(`${sql(from, Math.min(rowsAtOnce, rows - from))} SETTINGS max_insert_block_size = ${rowsAtOnce},
        min_insert_block_size_rows = ${rowsAtOnce}, max_insert_threads = 1`)
    }
  }
  await insert(`INSERT INTO resources SELECT number + 1, '2026-01-05', concat('service-', toString(number)), '',
      map('service.name', concat('service-', toString(number)), 'host.name', concat('host-', toString(number % 7))), '', 0 FROM numbers(20)`)
  await insert(`INSERT INTO scopes SELECT 1, '2026-01-05', 'bench', '1', '', map(), '', 0`)
  await insertRows(spans, (from, count) => spansSql(from, count, spans))
  await insertRows(logs, (from, count) => logsSql(from, count, logs))
  await waitForMerges(session)
}

/** Questions are asked of a store at rest: merges of what was just inserted would be measured with them. */
async function waitForMerges(session: Session): Promise<void> {
  for (let quiet = 0; quiet < 3; ) {
    await new Promise((resolve) => setTimeout(resolve, 1000))
    const merges = await session.queryAsync('SELECT count() FROM system.merges', { format: 'TSV' })
    quiet = merges.text().trim() === '0' ? quiet + 1 : 0
  }
}

export const traceIdSql = (trace: string): string => `reinterpretAsFixedString(sipHash128(toUInt64(${trace})))`

function spansSql(from: number, count: number, total: number): string {
  const traces = total / spansEach
  return `INSERT INTO spans (ts, service, name, kind, status, duration, trace_id, span_id, parent_span_id, resource_id, scope_id, attributes, attribute_types)
    WITH intDiv(number, ${spansEach}) AS trace, number % ${spansEach} AS span, cityHash64(number) AS random,
      (trace * 7 + span) % 20 AS service_number
    SELECT fromUnixTimestamp64Nano(toInt64(${dayStartMs}) * 1000000 + intDiv(toInt64(${dayMs}) * 1000 * trace, ${traces}) * 1000 + span * 1000000, 'UTC'),
      concat('service-', toString(service_number)), concat('operation-', toString(service_number * 10 + random % 10)),
      if(span % 3 = 0, 2, 3), if(random % 100 = 0, 2, 0),
      toInt64(exp2(10 + (random % 2000) / 100) * 1000), ${traceIdSql('trace')},
      reinterpretAsFixedString(number + 1), if(span = 0, toFixedString('', 8), reinterpretAsFixedString(number - span + intDiv(span - 1, 2) + 1)),
      service_number + 1, 1,
      map('http.request.method', ['GET', 'POST', 'PUT'][random % 3 + 1], 'http.route', concat('/api/v1/things/', toString(random % 40)),
        'http.response.status_code', toString([200, 200, 200, 201, 204, 404, 500][random % 7 + 1]), 'user.id', concat('user-', toString(random % 100000)),
        'url.path', concat('/api/v1/things/', toString(random % 1000000)), 'server.address', concat('10.0.0.', toString(random % 50)),
        'network.peer.port', toString(30000 + random % 1000), 'thread.id', toString(random % 16)), 'ssisssis'
    FROM numbers(${from}, ${count})`
}

function logsSql(from: number, count: number, total: number): string {
  return `INSERT INTO logs (ts, observed_after, service, severity, body, trace_id, span_id, resource_id, scope_id, attributes)
    WITH cityHash64(number) AS random, number % 20 AS service_number, toString(random % 1000000) AS n,
      fromUnixTimestamp64Nano(toInt64(${dayStartMs}) * 1000000 + intDiv(toInt64(${dayMs}) * 1000 * number, ${total}) * 1000, 'UTC') AS time
    SELECT time, 0, concat('service-', toString(service_number)), [5, 9, 9, 9, 9, 13, 17][random % 7 + 1],
      multiIf(number % 50000 = 25000, concat('a zebra crossed the road at ', n),
        number % 20000 = 10000, concat('payment failed: card declined for order ', n),
        random % 50 = 1, concat('card ', n, ' was accepted after ', toString(random % 900), ' ms'),
        random % 50 = 2, concat('offer ', n, ' was declined by the customer'),
        [concat('request completed path=/api/v1/things/', n, ' status=200 in ', toString(random % 900), ' ms'),
         concat('cache miss for key session:', n, ', reading it from the database'),
         concat('connection from 10.0.', toString(random % 250), '.', toString(random % 199), ' accepted by worker ', toString(random % 16)),
         concat('job ', n, ' of queue emails finished after ', toString(random % 90), ' attempts'),
         concat('retrying upstream call to inventory, attempt ', toString(random % 5), ' of 5')][random % 5 + 1]),
      if(random % 2 = 0, ${traceIdSql(`number % 1000000`)}, toFixedString('', 16)), toFixedString('', 8), service_number + 1, 1,
      map('logger.name', concat('module-', toString(random % 30)), 'request.id', toString(random))
    FROM numbers(${from}, ${count})`
}
