import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { otlpJsonToProtobuf } from '../../ingest/decode/otlp-json.ts'
import { atOnce } from '../../ingest/in-turns.ts'
import { startIngest } from '../../ingest/ingest.ts'
import { testIngestOptions } from '../../ingest/test-ingest.case.ts'
import { parseExpression } from '../promql/parse/parse.ts'
import { seedStartMs } from '../test-world/seed.case.ts'
import { openTestWorld, type TestWorld } from '../test-world/world.case.ts'

let world: TestWorld
let directory: string
beforeAll(async () => {
  world = await openTestWorld()
  directory = mkdtempSync(join(tmpdir(), 'wakeline-promql-otlp-'))
})
afterAll(async () => {
  await world.close()
  rmSync(directory, { recursive: true })
})

const text = (key: string, stringValue: string): object => ({ key, value: { stringValue } })
const nanos = (seconds: number): string => String(BigInt(seedStartMs + seconds * 1000) * 1_000_000n)

test('OTLP that is sent is answered in PromQL', async () => {
  const resource = { attributes: [text('service.name', 'cart'), text('service.instance.id', 'c-1')] }
  const points = [0, 15, 30, 45, 60].map((second) => ({
    attributes: [text('http.route', '/x')],
    startTimeUnixNano: nanos(-60),
    timeUnixNano: nanos(second),
    asInt: String(second * 2),
  }))
  const sum = { dataPoints: points, aggregationTemporality: 2, isMonotonic: true }
  const scopeMetrics = [{ metrics: [{ name: 'http.requests', unit: '{request}', sum }] }]
  const body = Buffer.from(JSON.stringify({ resourceMetrics: [{ resource, scopeMetrics }] }))
  const transcoded = atOnce(otlpJsonToProtobuf('metrics', body))
  if ('refused' in transcoded) throw new Error(transcoded.refused)
  const ingest = await startIngest({
    store: world.store,
    directory,
    options: testIngestOptions,
    nowUnixMs: Date.now,
    report: () => undefined,
  })
  expect(await ingest.submit('metrics', transcoded.protobuf)).toMatchObject({ outcome: 'stored', rejected: 0 })
  await ingest.stop()
  const query = 'sum by (job, instance, http_route) (rate(http_requests_total[1m]))'
  const expression = parseExpression(query)
  if (expression.kind === 'parse-error') throw new Error(expression.sentence)
  const ask = { expression, text: query, timeMs: seedStartMs + 60_000 }
  const { prometheus, running } = world.query
  await expect
    .poll(() => prometheus.instant(ask, running({})), { timeout: 10_000 })
    .toMatchObject({
      value: {
        samples: [
          {
            labels: {
              pairs: [
                ['http_route', '/x'],
                ['instance', 'c-1'],
                ['job', 'cart'],
              ],
            },
            value: expect.closeTo(2),
          },
        ],
      },
    })
})
