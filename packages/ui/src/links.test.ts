import { expect, test } from 'vitest'
import { toLogs, toMetric, toService, toServices, toTrace, toTraces } from './links.ts'
import { logsUrl } from './pages/logs/url.ts'
import { metricsUrl } from './pages/metrics/url.ts'
import { carryTime } from './parts/link.tsx'
import { parseRawSearch } from './parts/url.ts'

const at = { fromMs: Date.parse('2026-11-22T14:00:00Z'), toMs: Date.parse('2026-11-22T14:01:00Z') }

test.each([
  [toServices(), '/services'],
  [toService('a/b c'), '/services/a%2Fb%20c'],
  [
    toTraces({ service: 'cart', q: 'status:error', order: 'slowest', at }),
    '/traces?q=status:error&order=slowest&service=cart&from=2026-11-22T14:00:00Z&to=2026-11-22T14:01:00Z',
  ],
  [toTrace('abc', 'def'), '/traces/abc?span=def'],
  [toLogs({ q: 'level>=warn', traceId: 'abc' }), '/logs?q=level>=warn+trace_id:abc'],
  [
    toMetric('http.server.request.duration', { by: ['service', 'http.route'] }),
    '/metric?metric=http.server.request.duration&by=service&by=http.route',
  ],
])('a link is %s', (link, expected) => {
  expect(link).toBe(expected)
})

test('a link carries the present time unless it has its own', () => {
  expect(carryTime('/logs?q=a:b', { last: '1h', q: 'other' })).toBe('/logs?q=a:b&last=1h')
  expect(carryTime('/logs?last=5m', { from: 'x', to: 'y' })).toBe('/logs?last=5m')
})

test.each([
  [logsUrl, 'q=a+b&order=oldest&tail=on&record=r'],
  [metricsUrl, 'metric=m&aggregation=p95&by=a&by=b&filter=k:v'],
])('a page URL comes back as it was printed', (url, text) => {
  const raw = parseRawSearch(text)
  expect(url.parse({ ...url.print(url.parse(raw) as never) })).toEqual(url.parse(raw))
  expect(url.parse(raw)).not.toEqual(url.parse({}))
})
