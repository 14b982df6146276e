import { expect, test } from 'vitest'
import { parseSyslog, type SyslogMessage } from './syslog.ts'

const now = Date.parse('2026-01-02T00:00:00Z')
const nanoOf = (text: string): bigint => BigInt(Date.parse(text)) * 1_000_000n

test.each<[string, Partial<SyslogMessage>]>([
  [
    '<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog 7 ID47 [exampleSDID@32473 iut="3" eventSource="App\\"s\\]"][b@1 x="y"] \ufeffAn event',
    {
      priority: 165,
      unixNano: 1_065_910_455_003_000_000n,
      host: 'mymachine.example.com',
      app: 'evntslog',
      processId: '7',
      attributes: [
        ['syslog.msgid', 'ID47'],
        ['exampleSDID@32473.iut', '3'],
        ['exampleSDID@32473.eventSource', 'App"s]'],
        ['b@1.x', 'y'],
      ],
      body: 'An event',
    },
  ],
  ['<0>1 - - - - - -', { priority: 0, unixNano: undefined, host: '', app: '', attributes: [], body: '' }],
  ['<13>1 - h a - - - - x', { body: '- x' }],
  ['<13>1 - h a - - [broken x] text', { attributes: [], body: '[broken x] text' }],
  [
    '<34>Oct 11 22:14:15 mymachine su: failed for lonvick',
    {
      priority: 34,
      unixNano: nanoOf('Oct 11 2025 22:14:15'),
      host: 'mymachine',
      app: 'su',
      body: 'failed for lonvick',
    },
  ],
  ['<34>Feb 31 22:14:15 h su: x', { unixNano: undefined, host: 'h', app: 'su' }],
  ['<34>Foo 11 22:14:15 h su: x', { unixNano: undefined, host: 'h', app: 'su' }],
  ['<34>Oct 11 25:14:15 h su: x', { unixNano: undefined, host: 'h', app: 'su' }],
  ['<34>Oct 1 22:14:60 h su: x', { unixNano: nanoOf('Oct 1 2025 22:14:59'), app: 'su' }],
  ['<34>Oct 11 2023 22:14:15.5 h su: x', { unixNano: nanoOf('Oct 11 2023 22:14:15') + 500_000_000n, app: 'su' }],
  ['<34>Jan  2 00:00:01 h cron[12]: x', { unixNano: nanoOf('Jan 2 2026 00:00:01'), app: 'cron', processId: '12' }],
  [
    '<30>2026-01-01T12:00:00.123456+01:00 h app[7]: x',
    { unixNano: nanoOf('2026-01-01T11:00:00Z') + 123_456_000n, host: 'h', app: 'app', processId: '7', body: 'x' },
  ],
  ['<34>Oct 11 22:14:15 h no app here', { host: 'h', app: '', body: 'no app here' }],
  ['<34>free text', { priority: 34, host: '', body: 'free text' }],
  ['no priority', { priority: undefined, body: 'no priority' }],
  ['<999>x', { priority: undefined, body: '<999>x' }],
  ['', { priority: undefined, body: '' }],
])('%j is read', (message, expected) => {
  expect(parseSyslog(message, now)).toMatchObject(expected)
})
