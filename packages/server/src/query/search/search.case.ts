/**
 * Searches over logs and which of the records below they find, by number. One suite for both ways of asking: the SQL
 * that the engine runs and the predicate of live tail.
 */
export type CaseRecord = {
  service: string
  severity: number
  event: string
  body: string
  traceId: string
  attributes: [key: string, value: string][]
}

const none = '0'.repeat(32)
const record = (body: string, more: Partial<CaseRecord> = {}): CaseRecord => ({
  service: 'web',
  severity: 9,
  event: '',
  body,
  traceId: none,
  attributes: [],
  ...more,
})

export const caseResource: [string, string][] = [
  ['host.name', 'host-1'],
  ['service.version', '1.2.3'],
  ['shared', 'of resource'],
]
export const caseScope = 'my-scope'

export const caseRecords: CaseRecord[] = [
  /* 0 */ record('Card declined for order-7: 100% of limit_used'),
  /* 1 */ record('card was not declined', { severity: 17, service: 'checkout' }),
  /* 2 */ record('undeclined', { severity: 0 }),
  /* 3 */ record('GET /api/v1/orders?x=1 200', {
    attributes: [
      ['path', '/api/v1/orders'],
      ['code', '200'],
      ['took', '12.5'],
    ],
  }),
  /* 4 */ record('GET /health 503', {
    severity: 13,
    attributes: [
      ['path', '/health'],
      ['code', '503'],
      ['took', '1e3'],
    ],
  }),
  /* 5 */ record('naïve Ünïcode ÉTÉ', {
    attributes: [
      ['shared', 'own'],
      ['shared', 'second'],
    ],
  }),
  /* 6 */ record('', {
    event: 'tick',
    attributes: [
      ['empty', ''],
      ['took', 'not a number'],
    ],
  }),
  /* 7 */ record('two\nlines here', { severity: 24, traceId: '0af7651916cd43dd8448eb211c80319c' }),
  /* 8 */ record("it's {p1:String} \\ \"quoted\" 'x' \0 nul", {
    attributes: [
      ["a'b", '%_\\'],
      ['took', '-3'],
    ],
  }),
  /* 9 */ record('😀 emoji-word', { severity: 1, attributes: [['took', 'inf']] }),
]

const all = caseRecords.map((_, index) => index)
const but = (...left: number[]): number[] => all.filter((index) => !left.includes(index))

export const searchCases: [search: string, found: number[]][] = [
  ['', all],
  ['card declined', [0, 1]],
  ['CARD', [0, 1]],
  ['"card declined"', [0]],
  ['"declined for"', [0]],
  ['decline', []],
  ['declin*', [0, 1, 2]],
  ['*card*decl*', [0, 1]],
  ['limit', [0]],
  ['limit_used', [0]],
  ['100%', [0]],
  ['"100% of"', [0]],
  ['%', [0]],
  ['_', [0]],
  ['*t_u*', [0]],
  ['order-7', [0]],
  ['/orders?x=1', [3]],
  ['naïve', [5]],
  ['été', []],
  ['ÉTÉ', [5]],
  ['emoji', [9]],
  ['😀', [9]],
  ['""', all],
  ['-card', but(0, 1)],
  ['card OR tick OR 503', [0, 1, 4]],
  ['lines', [7]],
  ['*two*lines*', [7]],
  ['/d.clined/', [0, 1, 2]],
  ['/^card/', [1]],
  ['/(?i)^card/', [0, 1]],
  ['/\\bdeclined\\b/', [0, 1]],
  ['/two.lines/', [7]],
  ['/here$/', [7]],
  ['/\\d{3}$/', [3, 4]],
  ['/na.ve/', [5]],
  ['/(GET|tick)\\s/', [3, 4]],
  ['level:info', [0, 3, 5, 6, 8]],
  ['level>=warn', [1, 4, 7]],
  ['level<info', [9]],
  ['level>error', [7]],
  ['-level:info', [1, 2, 4, 7, 9]],
  ['level:unset', [2]],
  ['level:*', but(2)],
  ['severity:13', [4]],
  ['level<=trace', [9]],
  ['service:checkout', [1]],
  ['service:(web OR checkout)', all],
  ['service:c*t', [1]],
  ['service=c*t', []],
  ['service:/^w.b$/', but(1)],
  ['service:Web', []],
  ['path:/health', [4]],
  ['-path:/health', but(4)],
  ['path:/api/*', [3]],
  ['path:*/v1/*', [3]],
  ['path:*', [3, 4]],
  ['path:/h.*h/', [4]],
  ['path!=/health', but(4)],
  ['path:"/api/*"', []],
  ['code:5*', [4]],
  ['code>=500', [4]],
  ['code<500', [3]],
  ['took>10', [3, 4, 9]],
  ['took<=-3', [8]],
  ['NOT took>10', but(3, 4, 9)],
  ['took:12.5', [3]],
  ['empty:*', [6]],
  ['empty:""', [6]],
  ['event:tick', [6]],
  ['event:*', [6]],
  ['body:""', all],
  ['body:*', but(6)],
  ['body=undeclined', [2]],
  ['body:declined', [0, 1]],
  ['message:card', [0, 1]],
  ['host.name:host-1', all],
  ['resource.host.name:host-*', all],
  ['attributes.host.name:*', []],
  ['shared:own', [5]],
  ['shared:"of resource"', but(5)],
  ['resource.shared:"of resource"', all],
  ['shared:second', []],
  ['service.version>1', []],
  ['scope.name:my-scope', all],
  ['scope.name:other', []],
  ['scope.name:/scope$/', all],
  ['trace:0AF7651916CD43DD8448EB211C80319C', [7]],
  ['trace_id:*', [7]],
  ['-trace:*', but(7)],
  ['span_id:*', []],
  ['"a\'b":"%_\\\\"', [8]],
  ['"a\'b":%*', [8]],
  ['"a\'b":*\\\\', [8]],
  ['"a\'b":x*', []],
  ['"{p1:String}"', [8]],
  ['"\'x\'"', [8]],
  ['nul', [8]],
  ['(card OR GET) -level:error level<=warn', [0, 3, 4]],
]
