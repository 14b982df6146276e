import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { randomOf } from '../../../protocol/src/random.case.ts'
import { DeflatedJson, gzipped } from './deflated-json.ts'

const deflated = new DeflatedJson()

/** Given in pieces of this size. */
function sizeOfGzip(bytes: Uint8Array<ArrayBuffer>, pieceBytes: number): number {
  const form = gzipped(deflated)
  const parts: Uint8Array[] = []
  for (let from = 0; from < bytes.length || from === 0; from += pieceBytes)
    parts.push(form(bytes.subarray(from, from + pieceBytes), from + pieceBytes >= bytes.length))
  const compressed = Buffer.concat(parts)
  expect(gunzipSync(compressed).equals(bytes)).toBe(true)
  return compressed.length
}

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text, 'latin1'))

test.each([0, 1, 2, 8, 15, 16, 17, 31, 100, 258, 259, 300, 5000, 300_000])(
  '%d bytes come back as they were',
  (length) => {
    const { number: random } = randomOf(11)
    for (const pieceBytes of [length + 1, 200 * 1024, 1000]) {
      sizeOfGzip(
        Uint8Array.from({ length }, () => random() * 256),
        pieceBytes,
      )
      sizeOfGzip(new Uint8Array(length).fill(0x22), pieceBytes)
      sizeOfGzip(bytesOf('"ab"'.repeat(length).slice(0, length)), pieceBytes)
      sizeOfGzip(bytesOf('"abcd'.repeat(length).slice(0, length)), pieceBytes)
    }
  },
)

test('text with quotes at all distances comes back as it was', () => {
  const { number: random } = randomOf(11)
  const byte = (): string => (random() < 0.3 ? '"' : String.fromCharCode(random() * 256))
  for (let round = 0; round < 100; round++) {
    const words = Array.from(
      { length: 1 + random() * 30 },
      () => `"${Array.from({ length: random() * 40 }, byte).join('')}`,
    )
    const length = random() * (round % 10 === 0 ? 300_000 : 10_000)
    let text = ''
    while (text.length < length) {
      text += words[Math.floor(random() * random() * words.length)] ?? ''
      if (random() < 0.3) text += random()
    }
    sizeOfGzip(bytesOf(text), 1 + Math.floor(random() * 256 * 1024))
  }
})

test('bytes of which each is rarer than those before come back as they were, whose codes would be longer than may be', () => {
  const bytes = new Uint8Array(250_000)
  let at = 0
  for (let count = 1, byte = 0; at < bytes.length; byte++, count = Math.ceil(count * 1.62)) {
    bytes.fill(byte, at, at + count)
    at += count
  }
  sizeOfGzip(bytes, bytes.length)
})

test('points that share their times become less than a quarter, values that stay the same nearly nothing', () => {
  const { number: random } = randomOf(11)
  const answer = (value: () => number): Uint8Array<ArrayBuffer> => {
    const times = Array.from({ length: 61 }, (_, i) => 1_767_607_201 + 60 * i)
    const series = Array.from({ length: 300 }, (_, n) => ({
      metric: { job: `job-${n % 10}`, n: `${n}` },
      values: times.map((time) => [time, `${value()}`]),
    }))
    return bytesOf(JSON.stringify({ status: 'success', data: { resultType: 'matrix', result: series } }))
  }
  const changing = answer(() => Math.floor(random() * 1e6))
  expect(sizeOfGzip(changing, 200 * 1024)).toBeLessThan(changing.length / 4)
  const constant = answer(() => 1)
  expect(sizeOfGzip(constant, 200 * 1024)).toBeLessThan(constant.length / 40)
})
