import { expect, test } from 'vitest'
import { familyName } from './names.ts'

// What Prometheus itself makes of them when they come by OTLP (github.com/prometheus/otlptranslator); a counter's samples end in `_total`.
test.each([
  ['http.server.request.duration', 's', 'histogram', 'http_server_request_duration_seconds'],
  ['requests', '{request}', 'counter', 'requests'],
  ['requests.total', '', 'counter', 'requests'],
  ['total.requests', '1', 'counter', 'requests'],
  ['total.requests', '', 'gauge', 'total_requests'],
  ['total', '', 'counter', 'total'],
  ['disk_bytes_read', 'By', 'counter', 'disk_bytes_read'],
  ['cache.hit.ratio', '1', 'gauge', 'cache_hit_ratio'],
  ['ratio.of.hits', '1', 'gauge', 'of_hits_ratio'],
  ['cpu.load', '1', 'gauge', 'cpu_load_ratio'],
  ['speed', 'm/s', 'gauge', 'speed_meters_per_second'],
  ['speed_meters_per_second', 'm/s', 'gauge', 'speed_meters_per_second'],
  ['5xx', '', 'gauge', '_5xx'],
] as const)('%s in %s, a %s, is %s', (name, unit, kind, family) => {
  expect(familyName({ name, unit, kind })).toBe(family)
})
