import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LogsAnswer, TraceAnswer } from '../packages/protocol/src/api.ts'
import { flush, log, start, stop, trace } from '../packages/sdk/src/index.ts'
import { naughtyStrings } from '../packages/sdk/src/testing/naughty-strings.case.ts'
import { type RunningServer, startServer } from './server.ts'

/** Strings that break things, by the SDK, over the wire, through the store and out of the API. */
let server: RunningServer
const strings = naughtyStrings() ?? []

beforeAll(async () => {
  server = await startServer()
  const instrument = { httpServer: false, httpClient: false, fetch: false, process: false }
  start({ serviceName: 'naughty', endpoint: server.otlpHttp, logOutput: 'none', instrument })
})
afterAll(async () => {
  await stop()
  await server.stop()
})

const under = (text: string) => Object.fromEntries([[`k${text}`, true]])

/** Asks until the answer is whole: records are queryable a moment after they were taken. */
async function asked<A>(path: string, isWhole: (answer: A) => boolean): Promise<A> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const answer = await server.ask<A>(path).catch((error: unknown) => String(error))
    if (typeof answer !== 'string' && isWhole(answer)) return answer
    if (attempt === 49) throw new Error(`${path} gave no whole answer: ${JSON.stringify(answer).slice(0, 500)}`)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error('unreachable')
}

test.skipIf(strings.length === 0)('every string comes back unchanged from the real server', async () => {
  const traceId = trace('all', (root) => {
    for (const text of strings) {
      trace(text, { value: text, ...under(text) }, (span) => {
        span.addEvent(text, { value: text, ...under(text) })
        log.info({ value: text, ...under(text) }, text)
      })
    }
    return root.traceId
  })
  await flush()
  const { spans } = await asked<TraceAnswer>(
    `/traces/${traceId}`,
    ({ spansTotal }) => spansTotal === strings.length + 1,
  )
  const children = spans.filter((span) => span.parentSpanId !== '')
  expect(children).toHaveLength(strings.length)
  const found = new Map(children.map((span) => [span.name, span]))
  for (const text of strings) {
    const span = found.get(text)
    expect(span?.attributes, JSON.stringify(text)).toEqual({ value: text, ...under(text) })
    expect(span?.events).toMatchObject([{ name: text, attributes: { value: text, ...under(text) } }])
  }
  const { records } = await asked<LogsAnswer>(
    `/logs?q=${encodeURIComponent(`trace_id:${traceId}`)}&from=${Date.now() - 600_000}&to=${Date.now() + 60_000}&limit=1000`,
    (answer) => answer.records.length === strings.length,
  )
  const bodies = new Map(records.map((record) => [record.body, record.attributes]))
  for (const text of strings) expect(bodies.get(text)).toMatchObject({ value: text, ...under(text) })
})
