/**
 * A small shop on 2026-01-05, the same every time, as INSERT statements.
 *
 *   web -> checkout -> payment        one trace every 10 s from 10:00:00, for 10 minutes; each third fails in payment
 *   cron                              logs only, one line a minute
 *
 * Trace n (from 0) has the id n in hex, twice over 16 digits: spans n01 (web, server), n02 (checkout, server),
 * n03 (payment, client of checkout), n04 (payment, server). Durations grow with n, so "slowest" is the last.
 */
export const seedStartMs = Date.UTC(2026, 0, 5, 10)
export const seedEndMs = seedStartMs + 10 * 60_000
export const seedTraces = 60

export function seedTraceId(n: number): string {
  return (n + 1).toString(16).padStart(32, '0')
}

const seedSpanId = (n: number, span: number): string => ((n + 1) * 16 + span).toString(16).padStart(16, '0')

const services = ['web', 'checkout', 'payment', 'cron']

export function seedStatements(): string[] {
  return [...origins(), ...traces(), ...logs(), ...metrics()]
}

const text = (value: string): string => `'${value.replace(/[\\']/g, '\\$&')}'`
const map = (attributes: Record<string, string>): string =>
  `map(${Object.entries(attributes)
    .flatMap(([key, value]) => [text(key), text(value)])
    .join(', ')})`
const time = (ms: number): string => `fromUnixTimestamp64Milli(${ms}, 'UTC')`
const id = (hex: string): string => `unhex('${hex}')`

function origins(): string[] {
  return services.flatMap((service, index) => [
    `INSERT INTO resources VALUES (${index + 1}, '2026-01-05', ${text(service)}, '', ${map({
      'service.name': service,
      'service.version': `1.${index}`,
      'host.name': `host-${index % 2}`,
    })}, '', 0)`,
    `INSERT INTO scopes VALUES (${index + 1}, '2026-01-05', ${text(`${service}-instrumentation`)}, '0.1', '', map(), '', 0)`,
  ])
}

const spanColumns =
  'ts, service, name, kind, status, status_message, duration, trace_id, span_id, parent_span_id, resource_id, scope_id, attributes, attribute_types, events'

/** In four inserts whose times overlap: the store has parts to read beside each other, and a seed takes no seconds. */
function traces(): string[] {
  const all = Array.from({ length: seedTraces }, (_, n) => n)
  return [0, 1, 2, 3].map((part) => {
    const rows = all.filter((n) => n % 4 === part).flatMap(spansOfTrace)
    return `INSERT INTO spans (${spanColumns}) VALUES ${rows.join(', ')}`
  })
}

function spansOfTrace(n: number): string[] {
  const startMs = seedStartMs + n * 10_000
  const fails = n % 3 === 2
  const none = '0'.repeat(16)
  const spans: [
    service: number,
    name: string,
    kind: number,
    span: number,
    parent: string,
    delayMs: number,
    attributes: Record<string, string>,
    types: string,
  ][] = [
    [
      0,
      'GET /cart',
      2,
      1,
      none,
      0,
      { 'http.route': '/cart', 'http.response.status_code': fails ? '500' : '200', 'user.id': `u${n % 7}` },
      'sis',
    ],
    [
      1,
      'POST /checkout',
      2,
      2,
      seedSpanId(n, 1),
      1,
      { 'http.route': '/checkout', 'http.response.status_code': fails ? '502' : '201' },
      'si',
    ],
    [1, 'charge', 3, 3, seedSpanId(n, 2), 2, { 'peer.service': 'payment' }, ''],
    [
      2,
      'charge card',
      2,
      4,
      seedSpanId(n, 3),
      3,
      { 'card.kind': n % 2 === 0 ? 'visa' : 'amex', amount: String(n * 1.5) },
      'sd',
    ],
  ]
  return spans.map(([service, name, kind, span, parent, delayMs, attributes, types]) => {
    const failed = fails && service === 2
    const durationMs = (20 + n * 10) / span
    const events = failed
      ? `[(${time(startMs + delayMs)}, 'exception', ${map({ 'exception.message': 'card declined' })}, '', 0)]`
      : '[]'
    return `(${time(startMs + delayMs)}, ${text(services[service] ?? '')}, ${text(name)}, ${kind}, ${failed ? 2 : 0}, ${text(failed ? 'card declined' : '')}, ${Math.round(durationMs * 1e6)}, ${id(seedTraceId(n))}, ${id(seedSpanId(n, span))}, ${id(parent)}, ${service + 1}, ${service + 1}, ${map(attributes)}, ${text(types)}, ${events})`
  })
}

const logColumns =
  'ts, observed_after, service, severity, severity_text, event_name, body, body_type, trace_id, span_id, resource_id, scope_id, attributes, attribute_types'

/** A line a trace from checkout (an error where it failed), one a minute from cron; three of cron share one time. */
function logs(): string[] {
  const row = (
    ms: number,
    service: number,
    severity: number,
    body: string,
    more: { trace?: number; attributes?: Record<string, string>; types?: string; event?: string } = {},
  ): string =>
    `(${time(ms)}, 5000000, ${text(services[service] ?? '')}, ${severity}, '', ${text(more.event ?? '')}, ${text(body)}, '', ${more.trace === undefined ? "''" : id(seedTraceId(more.trace))}, ${more.trace === undefined ? "''" : id(seedSpanId(more.trace, 2))}, ${service + 1}, ${service + 1}, ${map(more.attributes ?? {})}, ${text(more.types ?? '')})`
  const rows: string[] = []
  for (let n = 0; n < seedTraces; n++) {
    const attributes = { 'order.id': `order-${n}`, attempts: String(n % 5) }
    const [severity, body] =
      n % 3 === 2 ? [17, `Card declined for order-${n}: 100% of limit_used`] : [9, `order-${n} paid`]
    rows.push(row(seedStartMs + n * 10_000 + 5, 1, severity, body, { trace: n, attributes, types: 'si' }))
  }
  for (let minute = 0; minute < 10; minute++)
    rows.push(row(seedStartMs + minute * 60_000, 3, 5, `tick ${minute}`, { event: 'tick' }))
  for (const body of ['same time A', 'same time B', 'same time B']) rows.push(row(seedStartMs + 30_000, 3, 13, body))
  return [`INSERT INTO logs (${logColumns}) VALUES ${rows.join(', ')}`]
}

/**
 * Every 10 s from 10:00:00: requests (cumulative sum, restarted from 0 at 10:05), queue (gauge), jobs (delta sum),
 * latency (cumulative histogram) and size (cumulative exponential histogram), the first two for web and checkout.
 */
function metrics(): string[] {
  const series = (
    seriesId: number,
    metric: string,
    kind: string,
    service: number,
    more: { temporality?: string; monotonic?: boolean; unit?: string; attributes?: Record<string, string> },
  ): string =>
    `(${seriesId}, '2026-01-05', ${text(metric)}, ${text(kind)}, ${text(more.temporality ?? '')}, ${more.monotonic ?? false}, 'd', ${text(more.unit ?? '')}, ${text(`What ${metric} is`)}, ${text(services[service] ?? '')}, ${service + 1}, ${service + 1}, ${map(more.attributes ?? {})}, '')`
  const all = [
    series(1, 'requests', 'sum', 0, {
      temporality: 'cumulative',
      monotonic: true,
      unit: '{request}',
      attributes: { route: '/cart' },
    }),
    series(2, 'requests', 'sum', 1, {
      temporality: 'cumulative',
      monotonic: true,
      unit: '{request}',
      attributes: { route: '/checkout' },
    }),
    series(3, 'queue', 'gauge', 0, { unit: '{item}' }),
    series(4, 'queue', 'gauge', 1, { unit: '{item}' }),
    series(5, 'jobs', 'sum', 3, { temporality: 'delta', monotonic: true, unit: '{job}' }),
    series(6, 'latency', 'histogram', 0, { temporality: 'cumulative', unit: 's', attributes: { route: '/cart' } }),
    series(7, 'size', 'exponential_histogram', 1, { temporality: 'cumulative', unit: 'By' }),
    series(8, 'pause', 'summary', 2, { unit: 's' }),
  ]
  const point = (n: number): number => seedStartMs + n * 10_000
  const restart = seedStartMs + 295_000
  const samples: string[] = []
  const histograms: string[] = []
  const summaries: string[] = []
  for (let n = 0; n < 60; n++) {
    const [count, startMs] = n < 30 ? [n + 1, seedStartMs - 10_000] : [n - 29, restart]
    samples.push(
      `(1, ${time(point(n))}, ${time(startMs)}, ${count * 20}, 0)`,
      `(2, ${time(point(n))}, ${time(startMs)}, ${count * 10}, 0)`,
    )
    samples.push(`(3, ${time(point(n))}, ${time(0)}, ${n % 6}, 0)`, `(4, ${time(point(n))}, ${time(0)}, 10, 0)`)
    samples.push(`(5, ${time(point(n))}, ${time(point(n - 1))}, 5, 0)`)
    histograms.push(
      `(6, ${time(point(n))}, ${time(startMs)}, 0, ${count * 10}, ${count}, NULL, NULL, [0.1, 0.2, 0.4], [${count * 5}, ${count * 4}, ${count}, 0], 0, 0, 0, 0, [], 0, [])`,
      `(7, ${time(point(n))}, ${time(startMs)}, 0, ${count * 4}, ${count * 20}, NULL, NULL, [], [], 0, 0, 0, 1, [${count}, ${count * 3}], 0, [])`,
    )
    summaries.push(`(8, ${time(point(n))}, ${time(startMs)}, 0, ${count * 2}, ${count}, [0.5, 0.99], [0.25, 0.75])`)
  }
  return [
    `INSERT INTO series VALUES ${all.join(', ')}`,
    `INSERT INTO samples VALUES ${samples.join(', ')}`,
    `INSERT INTO histograms VALUES ${histograms.join(', ')}`,
    `INSERT INTO summaries VALUES ${summaries.join(', ')}`,
  ]
}
