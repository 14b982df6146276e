import { expect, test } from 'vitest'
import { plainNumber, prometheusLabel, prometheusName } from './names.ts'

test.each([
  ['http.server.request.duration', 's', 'histogram', false, 'http_server_request_duration_seconds'],
  ['requests', '{request}', 'sum', true, 'requests_total'],
  ['requests.total', '', 'sum', true, 'requests_total'],
  ['total.requests', '1', 'sum', true, 'requests_total'],
  ['in.flight', '{request}', 'sum', false, 'in_flight'],
  ['disk.io', 'By', 'sum', true, 'disk_io_bytes_total'],
  ['disk_bytes_read', 'By', 'sum', true, 'disk_bytes_read_total'],
  ['cpu.load', '1', 'gauge', false, 'cpu_load_ratio'],
  ['speed', 'm/s', 'gauge', false, 'speed_meters_per_second'],
  ['writes', '{write}/s', 'gauge', false, 'writes_per_second'],
  ['5xx', '', 'gauge', false, '_5xx'],
  ['weird', 'constructor', 'gauge', false, 'weird_constructor'],
  ['größe', '%', 'gauge', false, 'gr__e_percent'],
])('the metric %s in %s (%s, monotonic %s) is called %s', (metric, unit, kind, monotonic, name) => {
  expect(prometheusName({ metric, unit, kind, monotonic })).toBe(name)
})

test.each([
  ['http.route', 'http_route'],
  ['2xx', 'key_2xx'],
  ['', 'key_'],
  ['a"b\n', 'a_b_'],
])('the attribute %j is the label %s', (key, name) => {
  expect(prometheusLabel(key)).toBe(name)
})

test.each([
  [0.005, '0.005'],
  [1, '1'],
  [1e21, '1000000000000000000000'],
  [1.5e-7, '0.00000015'],
  [-2.5e22, '-25000000000000000000000'],
  [Infinity, '+Inf'],
])('the bound %s is printed %s', (value, text) => {
  expect(plainNumber(value)).toBe(text)
})
