import { gunzipSync } from 'node:zlib'
import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { DeflatedJson } from './deflated-json.ts'
import type { JsonBytes, JsonWriting } from './json-bytes.ts'
import { sendWrittenJson } from './send.ts'

const deflated = new DeflatedJson()
const item = 'x'.repeat(1000)

function answer(write: (into: JsonBytes) => JsonWriting, headers: Record<string, string> = {}) {
  const app = new Hono()
  app.get('/', (context) => sendWrittenJson(context, write, deflated))
  return app.request('/', { headers })
}

const listOf = (length: number, wrote: (count: number) => void = () => undefined) =>
  function* (into: JsonBytes): JsonWriting {
    for (let i = 0; i < length; i++) {
      into.text(i === 0 ? '[' : ',')
      into.quoted(`${i} ${item}`)
      wrote(i + 1)
      yield
    }
    into.text(']')
  }

const expected = (length: number): string => JSON.stringify(Array.from({ length }, (_, i) => `${i} ${item}`))

for (const length of [1, 100, 300, 3000]) {
  test(`${length} kB are whole, as they are and compressed`, async () => {
    const plain = await answer(listOf(length))
    expect(plain.headers.get('content-encoding')).toBe(null)
    expect(plain.headers.get('content-type')).toBe('application/json')
    expect(await plain.text()).toBe(expected(length))

    const small = await answer(listOf(length), { 'accept-encoding': 'gzip' })
    const bytes = Buffer.from(await small.arrayBuffer())
    const isCompressed = small.headers.get('content-encoding') === 'gzip'
    expect(isCompressed).toBe(length > 1)
    expect((isCompressed ? gunzipSync(bytes) : bytes).toString()).toBe(expected(length))
    for (const { headers } of [plain, small]) {
      expect(headers.get('vary')).toBe('Accept-Encoding')
      expect(headers.get('cache-control')).toBe('no-store')
    }
  })
}

test('a large answer is written as it is read, and no further when its reader leaves', async () => {
  let written = 0
  const wrote = (count: number): void => {
    written = count
  }
  const { body } = await answer(listOf(100_000, wrote))
  const reader = body?.getReader()
  await reader?.read()
  await reader?.cancel()
  expect(written).toBeGreaterThan(0)
  expect(written).toBeLessThan(100_000)
})

for (const headers of [{}, { 'accept-encoding': 'gzip' }])
  test(`what fails while it is sent ends the answer as a failure: ${JSON.stringify(headers)}`, async () => {
    const failing = function* (into: JsonBytes): JsonWriting {
      yield* listOf(1000)(into)
      throw new Error('cannot go on')
    }
    const response = await answer(failing, headers)
    await expect(response.text()).rejects.toThrow('cannot go on')
  })
