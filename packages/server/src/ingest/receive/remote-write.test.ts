import { compressSync } from 'snappy'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RequestSeries, writeRequest1, writeRequest2 } from '../decode/remote-write-request.case.ts'
import { openTestReceiver, type TestReceiver } from './receiver.case.ts'

/** Down to rows of the real engine. */

let receiver: TestReceiver
beforeAll(async () => {
  receiver = await openTestReceiver()
})
afterAll(() => receiver.close())

const types = {
  1: 'application/x-protobuf',
  2: 'application/x-protobuf;proto=io.prometheus.write.v2.Request',
} as const

async function post(version: 1 | 2, body: Uint8Array, headers: Record<string, string> = {}) {
  const response = await fetch(`${receiver.url}/api/v1/write`, {
    method: 'POST',
    body: new Uint8Array(compressSync(Buffer.from(body))),
    headers: { 'content-type': types[version], 'content-encoding': 'snappy', ...headers },
  })
  const written = ['Samples', 'Histograms', 'Exemplars'].map((kind) =>
    response.headers.get(`X-Prometheus-Remote-Write-${kind}-Written`),
  )
  return { status: response.status, text: await response.text(), written }
}

const timeMs = Date.now()
const series = (name: string, values: readonly number[]): RequestSeries => ({
  labels: [
    ['__name__', name],
    ['job', 'node'],
  ],
  samples: values.map((value, i) => ({ value, timeMs: timeMs + i })),
  exemplars: [{ labels: [['user', 'u1']], value: 1, timeMs }],
})

/** They are loaded behind the samples, which alone are counted. */
function exemplarsOf(name: string): Promise<Record<string, unknown>[]> {
  const ids = 'SELECT series_id FROM series WHERE metric = {p1:String}'
  return receiver.rows(`SELECT count() AS n FROM exemplars WHERE series_id IN (${ids})`, name)
}

test.each([1, 2] as const)(
  '%i.0 is stored, answered 204 with what was written, and once when it is sent again',
  async (version) => {
    const name = `written_${version}`
    const body = (version === 1 ? writeRequest1 : writeRequest2)([series(name, [1, 2, 3])])
    const answer = { status: 204, text: '', written: ['3', '0', '1'] }
    expect(await post(version, body)).toEqual(answer)
    expect(await post(version, body)).toEqual(answer)
    const rows = await receiver.rows(
      `SELECT service, sum(samples.value) AS total, count() AS samples
       FROM samples JOIN series USING (series_id) WHERE metric = {p1:String} GROUP BY service`,
      name,
    )
    expect(rows).toEqual([{ service: 'node', total: 6, samples: '3' }])
    await expect.poll(() => exemplarsOf(name)).toEqual([{ n: '1' }])
  },
)

test('what makes no sense gets 400 and a sentence, and the rest is stored', async () => {
  const bad = { labels: [['job', 'x']] as const, samples: [{ value: 1, timeMs }] }
  const body = writeRequest2([series('kept', [1]), bad])
  const first = await post(2, body)
  const { status, text, written } = first
  expect([status, written]).toEqual([400, ['1', '0', '1']])
  expect(await post(2, body)).toEqual(first)
  expect(text).toMatch(/^Cannot store a series: it has no __name__ \(byte \d+\) \(1 in all\)\n$/)
  const kept = 'SELECT count() AS n FROM series WHERE metric = {p1:String}'
  await expect.poll(() => receiver.rows(kept, 'kept')).toEqual([{ n: '1' }])
})

test.each(['content-type', 'content-encoding'])('1.0 without %s is taken, as Prometheus does', async (header) => {
  const body = new Uint8Array(compressSync(Buffer.from(writeRequest1([series(`without_${header}`, [1])]))))
  const headers = new Headers({ 'content-type': types[1], 'content-encoding': 'snappy' })
  headers.delete(header)
  const response = await fetch(`${receiver.url}/api/v1/write`, { method: 'POST', body, headers })
  expect(response.status).toBe(204)
})

test('exemplars alone are durable, too', async () => {
  const { samples: _, ...alone } = series('alone', [])
  expect(await post(1, writeRequest1([alone]))).toMatchObject({ status: 204, written: ['0', '0', '1'] })
  await expect.poll(() => exemplarsOf('alone')).toEqual([{ n: '1' }])
})

test.each([
  ['no protobuf', 1, Buffer.from('telemetry'), {}, 400, 'Cannot decode remote write 1.0'],
  ['no snappy', 1, Buffer.from('x'), { 'content-encoding': 'gzip' }, 400, 'Cannot inflate the body as gzip'],
  ['an unknown message', 1, Buffer.from(''), { 'content-type': `${types[1]};proto=a.B` }, 415, 'Cannot receive "a.B"'],
  ['JSON', 1, Buffer.from(''), { 'content-type': 'application/json' }, 415, 'application/x-protobuf'],
  ['too much', 1, Buffer.alloc(2_000_000), {}, 413, 'more than 1048576 bytes'],
] as const)('%s gets its status and a sentence', async (_, version, body, headers, status, sentence) => {
  const answer = await post(version, body, headers)
  expect(answer.status).toBe(status)
  expect(answer.text).toContain(sentence)
})
