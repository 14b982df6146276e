import { expect, test } from 'vitest'
import { parseExpression } from './parse/parse.ts'
import { type UnitsOfMetrics, unitOf } from './unit.ts'

function unitOfText(text: string, units?: UnitsOfMetrics): string {
  const parsed = parseExpression(text)
  if (parsed.kind === 'parse-error') throw new Error(parsed.sentence)
  return unitOf(parsed, units)
}

test.each([
  ['x_seconds', 's'],
  ['{__name__="x_bytes"}', 'By'],
  ['x_bytes / 1024 / 1024', 'MiBy'],
  ['x_bytes / (1024 * 1024)', 'MiBy'],
  ['x_seconds * 1000', 'ms'],
  ['x_seconds * 2', ''],
  ['-x_milliseconds', 'ms'],
  ['x_total', ''],
  ['rate(x_total[5m])', '/s'],
  ['60 * rate(x_total[5m])', ''],
  ['sum by (a) (rate(disk_io_bytes_total[5m]))', 'By/s'],
  ['speed_meters_per_second', 'm/s'],
  // Cores that are busy.
  ['rate(cpu_seconds_total[5m])', ''],
  ['increase(cpu_seconds_total[5m])', 's'],
  ['x_seconds_bucket', ''],
  ['histogram_quantile(0.9, sum by (le) (rate(x_seconds_bucket[5m])))', 's'],
  ['histogram_quantile(0.9, rate(x_bytes[5m]))', 'By'],
  ['histogram_avg(rate(x_seconds[5m]))', 's'],
  ['histogram_count(rate(x_seconds[5m]))', '/s'],
  ['histogram_fraction(0, 0.1, rate(x_seconds[5m]))', 'ratio'],
  ['rate(x_seconds_sum[5m]) / rate(x_seconds_count[5m])', 's'],
  ['rate(x_bytes_sum[5m]) / rate(x_bytes_count[5m])', 'By'],
  ['rate(x_total{code="500"}[5m]) / ignoring(code) rate(x_total[5m])', 'ratio'],
  ['100 * sum(rate(x_total{code="500"}[5m])) / sum(rate(x_total[5m]))', '%'],
  ['1 - avg(free_ratio)', 'ratio'],
  // Seven spans for each request are no 700 %.
  ['rate(spans_total[5m]) / rate(requests_total[5m])', ''],
  ['used_bytes / limit_bytes', 'ratio'],
  ['x_bytes > 1e6', 'By'],
  ['x_bytes > bool 1e6', ''],
  ['x_bytes and on (a) y_seconds', 'By'],
  ['x_bytes + y_seconds', ''],
  ['topk(5, max_over_time(x_seconds[1h:1m]))', 's'],
  ['quantile(0.5, x_seconds)', 's'],
  ['count(x_seconds)', ''],
  ['count_over_time(x_seconds[5m])', ''],
  ['clamp_max(x_percent, 100)', '%'],
  ['process_start_time_seconds', ''],
  ['time() - process_start_time_seconds', 's'],
  ['time() - max(backup_timestamp_seconds)', 's'],
  ['label_replace(x_seconds, "a", "$1", "b", "(.*)")', 's'],
  ['up', ''],
  ['1', ''],
])('%s is counted in "%s"', (text, unit) => {
  expect(unitOfText(text)).toBe(unit)
})

test("what OpenTelemetry's own name does not say is told by who stored it", () => {
  const units = new Map([
    ['http.duration', 'ms'],
    ['requests', '{request}'],
    ['disk.speed', 'By/s'],
  ])
  expect(unitOfText('max({"http.duration"}) / 1000')).toBe('')
  expect(unitOfText('max({"http.duration"}) / 1000', units)).toBe('s')
  expect(unitOfText('histogram_quantile(0.9, rate({"http.duration_bucket"}[5m]))', units)).toBe('ms')
  expect(unitOfText('rate(requests[5m])', units)).toBe('/s')
  expect(unitOfText('{"disk.speed"}', units)).toBe('By/s')
})
