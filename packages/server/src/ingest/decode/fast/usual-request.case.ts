/** Requests of records as they are sent every day, and of some that are nearly so, for the test that compares readers. */

type Below = (below: number) => number

const texts = [
  ...[
    '',
    'a',
    'GET',
    '/users/42',
    'SELECT * FROM orders WHERE id = 7',
    '550e8400-e29b-41d4-a716-446655440000',
    'été '.repeat(9),
  ],
  ...[
    'password=hunter2hunter2',
    'Bearer abcdefghijklmnopqrstuvwxyz',
    'bearer 0123456789abcdefghij',
    'AKIAABCDEFGHIJKLMNOP',
  ],
  ...[
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc',
    'https://me:secretword@example.org/',
    'sk-abcdefghijklmnopqrstuvwx',
  ],
  ...[
    'ghp_abcdefghijklmnopqrstuvwxyz',
    'xoxb-1234567890-abcdefghijklmn',
    '"api_key": "0123456789"',
    "it's a token : abcdefgh",
  ],
  ...[
    'x'.repeat(15),
    'y'.repeat(16),
    'z'.repeat(17),
    'w'.repeat(127),
    'v'.repeat(128),
    'u'.repeat(300),
    'task-1 = done: b-e_f @home',
  ],
  ...[
    '-----BEGIN RSA PRIVATE KEY-----abc',
    'github_pat_0123456789abcdefghijk',
    'December, Bearish basic_block',
    'tok:en',
  ],
  ...['{"level":"error","msg":"x"}', 'ERROR it broke', 'level=warn slow', 'the cookie: abcdefghijklm'],
]
const keys = [
  'http.method',
  'http.route',
  'user.id',
  'password',
  'x.token',
  'db.statement',
  'k',
  'http.response.status_code',
  '',
]

export function usualRequest(signal: 'traces' | 'logs', below: Below): object {
  const pick = <T>(from: readonly T[]): T => from.at(below(from.length)) ?? nothing()
  const record = signal === 'traces' ? span : log
  const records = Array.from({ length: 1 + below(12) }, () => record(below, pick))
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: pick(['shop', 'cart']) } }] }
  return signal === 'traces'
    ? { resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 's' }, spans: records }] }] }
    : { resourceLogs: [{ resource, scopeLogs: [{ scope: { name: 's' }, logRecords: records }] }] }
}

function nothing(): never {
  throw new Error('there is nothing to pick from')
}

type Pick = <T>(from: readonly T[]) => T

const hex = (below: Below, length: number): string => Array.from({ length }, () => below(16).toString(16)).join('')
const time = (below: Below): string => String(1_760_000_000_000_000_000n + BigInt(below(1_000_000_000)))
/** Nearly always the one. */
const mostly = <T>(below: Below, usual: T, other: T): T => (below(12) === 0 ? other : usual)

function attributes(below: Below, pick: Pick): object[] {
  const values = [
    () => ({ stringValue: pick(texts) }),
    () => ({ stringValue: `value ${below(1000)}` }),
    () => ({ intValue: pick(['0', '7', '-1', '200', '9223372036854775807', '-9223372036854775808', '4294967296']) }),
    () => ({ boolValue: below(2) === 0 }),
    () => ({
      doubleValue: pick<number | string>([0.5, -0, 1e21, 'NaN', '-Infinity', 1 / 3, 5e-324, 42, -123456.789e-20]),
    }),
    () => pick<object>([{}, { bytesValue: 'AQID' }]),
    () => mostly<object>(below, { stringValue: 'plain' }, { arrayValue: { values: [] } }),
  ]
  return Array.from({ length: below(7) }, () => ({ key: pick(keys), value: pick(values)() }))
}

function span(below: Below, pick: Pick): object {
  return {
    traceId: mostly(below, hex(below, 32), '0'.repeat(32)),
    spanId: mostly(below, hex(below, 16), hex(below, 14)),
    parentSpanId: pick(['', hex(below, 16)]),
    name: pick(['GET /users', 'query', 'charge', `op ${below(200)}`]),
    kind: below(6),
    startTimeUnixNano: mostly(below, time(below), '0'),
    endTimeUnixNano: mostly(below, time(below), '7258118400000000000'),
    attributes: attributes(below, pick),
    flags: pick([0, 1, 257]),
    ...mostly(below, {}, pick<object>([{ traceState: 'a=b' }, { droppedEventsCount: 2 }, { events: [{ name: 'e' }] }])),
    ...pick<object>([{}, { status: {} }, { status: { code: 2 } }, { status: { code: 2, message: 'failed' } }]),
  }
}

function log(below: Below, pick: Pick): object {
  return {
    timeUnixNano: mostly(below, time(below), '0'),
    observedTimeUnixNano: pick([time(below), '0']),
    severityNumber: mostly(below, 1 + below(24), 0),
    severityText: pick(['INFO', 'warn', '', `level ${below(50)}`]),
    body: mostly<object>(
      below,
      { stringValue: pick(texts) },
      pick<object>([{}, { intValue: '3' }, { kvlistValue: { values: [] } }]),
    ),
    attributes: attributes(below, pick),
    traceId: pick(['', hex(below, 32)]),
    spanId: mostly(below, pick(['', hex(below, 16)]), hex(below, 6)),
    flags: pick([0, 1]),
    ...mostly(below, {}, pick<object>([{ eventName: 'click' }, { droppedAttributesCount: 1 }])),
  }
}
