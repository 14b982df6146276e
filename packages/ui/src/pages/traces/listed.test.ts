import type { TraceSummary } from '@wakeline/protocol'
import { expect, test } from 'vitest'
import { listed } from './listed.ts'

const trace = (traceId: string, startUnixNano: string): TraceSummary => ({
  traceId,
  startUnixNano,
  rootService: 'shop',
  rootName: 'GET /',
  hasRoot: true,
  durationNano: 1,
  spanCount: 1,
  errorCount: 0,
  matchedSpans: 1,
  services: [],
})

test.each([
  ['newest', ['c', 'b', 'a']],
  ['slowest', ['b', 'c', 'a']],
] as const)('traces of two pages stand once each, %s', (order, ids) => {
  const pages = [{ traces: [trace('b', '20'), trace('c', '100')] }, { traces: [trace('b', '20'), trace('a', '9')] }]
  expect(listed(pages, order).map(({ traceId }) => traceId)).toEqual(ids)
})
