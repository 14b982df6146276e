import { describe, expect, test } from 'vitest'
import { anyValue, Message } from '../testing/otlp-decode.ts'
import { writeAttribute } from './attributes.ts'
import { Keys, looksSecret } from './keys.ts'
import { RecordWriter } from './record-writer.ts'

const how = { keys: new Keys(), limits: { stringMax: 100_000 } }

/** Field 9 holds one KeyValue. */
function roundTrip(key: string, value: unknown): Record<string, unknown> {
  const writer = new RecordWriter(4)
  writeAttribute(writer, 0x4a, key, value, how)
  return new Message(writer.take()).attributes(9)
}

describe('an attribute comes back as it was written', () => {
  const lengths = [
    0, 1, 23, 24, 100, 117, 118, 119, 120, 121, 122, 123, 124, 125, 126, 127, 128, 129, 130, 5000, 16370, 16383, 16384,
    16390, 70_000,
  ]
  test.each(lengths)('a string of %d characters, ASCII and not', (length) => {
    for (const text of ['x'.repeat(length), 'é'.repeat(length), '漢'.repeat(length), `${'x'.repeat(length)}😀`]) {
      expect(roundTrip('key', text)).toEqual({ key: text })
      expect(roundTrip('k'.repeat(140), text)).toEqual({ ['k'.repeat(140)]: text })
    }
  })

  test.each([
    0,
    1,
    -1,
    127,
    128,
    2 ** 31,
    2 ** 32,
    2 ** 35,
    Number.MAX_SAFE_INTEGER,
    Number.MIN_SAFE_INTEGER,
    1.5,
    -0.1,
    1e300,
    Number.NaN,
    Number.NEGATIVE_INFINITY,
    true,
    false,
  ])('%d', (value) => expect(roundTrip('n', value)).toEqual({ n: value }))

  test('nested values of any size', () => {
    const value = {
      list: Array.from({ length: 100 }, (_, i) => ({ i, text: 'x'.repeat(i * 7) })),
      none: null,
      yes: true,
    }
    expect(roundTrip('v', value)).toEqual({ v: value })
    expect(roundTrip('b', 2n ** 62n)).toEqual({ b: Number(2n ** 62n) })
    expect(roundTrip('bytes', new Uint8Array([1, 2]))).toEqual({ bytes: Buffer.from([1, 2]) })
    expect(roundTrip('lone', 'a\ud800b')).toEqual({ lone: 'a\ufffdb' })
  })
})

test('nanoseconds since 1970 are exact to what a double of milliseconds holds', () => {
  for (const unixMs of [0, 1, 999.999999, 1_700_000_000_123.25, Date.UTC(2200, 0, 1)]) {
    const writer = new RecordWriter(8)
    writer.unixNano(unixMs)
    const whole = BigInt(Math.floor(unixMs)) * 1_000_000n
    const expected = whole + BigInt(Math.round((unixMs - Math.floor(unixMs)) * 1e6))
    expect(Number(writer.take().readBigUInt64LE() - expected)).toSatisfy((off: number) => Math.abs(off) <= 250)
  }
})

test('an empty AnyValue is null', () => expect(anyValue(new Message(Buffer.alloc(0)))).toBeNull())

test.each<[string, boolean]>([
  ['password', true],
  ['userPassword', true],
  ['passwd', true],
  ['db.password', true],
  ['X-API-Key', true],
  ['api_key', true],
  ['apiKey', true],
  ['accessToken', true],
  ['refresh_token', true],
  ['token', true],
  ['Authorization', true],
  ['proxy-authorization', true],
  ['cookie', true],
  ['Set-Cookie', true],
  ['client_secret', true],
  ['secretKey', true],
  ['privateKey', true],
  ['credentials', true],
  ['jwt', true],
  ['ssn', true],
  ['card.cvv', true],
  ['creditCard', true],
  ['connectionString', true],
  ['passphrase', true],
  ['prompt_tokens', false],
  ['tokenCount', false],
  ['passwordLength', false],
  ['author', false],
  ['session.name', false],
  ['key', false],
  ['lesson', false],
  ['classname', false],
  ['http.request.method', false],
  ['secretary_name', false],
  ['tokenize', false],
  ['compass', false],
])('%s is a secret: %s', (name, secret) => expect(looksSecret(name)).toBe(secret))

test('strings of JSON and hex words come back as they were written', () => {
  const texts = [
    '',
    'plain',
    'a "quoted" \\ one',
    'tab\t',
    '\u007f',
    'é漢😀',
    '\ud800',
    'x'.repeat(63),
    'x'.repeat(64),
    '"'.repeat(5_000),
  ]
  const writer = new RecordWriter(1)
  for (const text of texts) {
    writer.json(text)
    writer.utf8('\n')
  }
  for (const word of [0, 1, 0x89abcdef, 0xffffffff]) writer.hex(word)
  const lines = writer.take().toString('utf8').split('\n')
  expect(lines.pop()).toBe('000000000000000189abcdefffffffff')
  expect(lines).toEqual(texts.map((text) => JSON.stringify(text)))
})
