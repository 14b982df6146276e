import { expect, test } from 'vitest'
import { readAsked } from './client-flags.ts'

const own = { follow: { value: '', sentence: '' }, limit: { value: 'N', sentence: '' } }
const nowMs = Date.parse('2026-01-31T12:00:00Z')

test.each([
  [[], nowMs - 3_600_000, nowMs],
  [['--last', '1h30m'], nowMs - 5_400_000, nowMs],
  [['--from=2026-01-31T10:00:00Z', '--to', '1769857200000'], nowMs - 7_200_000, 1_769_857_200_000],
])('the time of %j', (argv, fromMs, toMs) => {
  expect(readAsked(argv, own, nowMs)).toMatchObject({ fromMs, toMs })
})

test('words, switches and values of a command are told apart', () => {
  const asked = readAsked(['service:a', '--follow', '-level:info', '--limit', '5', '--url', 'http://h:1/'], own, nowMs)
  expect(asked).toMatchObject({
    words: ['service:a', '-level:info'],
    own: { follow: 'yes', limit: '5' },
    url: 'http://h:1',
  })
})

test.each([
  [['--folow'], 'Cannot read --folow: there is no such flag; did you mean --follow?'],
  [['--last', 'soon'], 'Cannot read --last: "soon" is not a duration such as 15m, 1h30m or 7d'],
  [['--from', 'then'], 'Cannot read --from: "then" is not a time; write 2026-01-31T14:05:00Z or Unix milliseconds'],
  [['--from', '1', '--last', '1h'], 'Cannot ask for both --last and --from: give one of them'],
  [['--url', 'ftp://h'], 'Cannot ask "ftp://h": it is not an http or https URL'],
  [['--limit'], 'Cannot read --limit: no value follows it'],
])('%j is refused with a sentence', (argv, error) => {
  expect(readAsked(argv, own, nowMs)).toEqual({ error })
})
