import { isDeepStrictEqual } from 'node:util'
import { expect, test } from 'vitest'
import { randomOf } from '../../../../protocol/src/random.case.ts'
import { atOnce } from '../in-turns.ts'
import { parseJsonInSteps } from './json-in-steps.ts'

const parse = (text: string): unknown => JSON.parse(text)
/** Pieces, and the longest of them. */
function read(text: string): { json: unknown; pieces: number; longest: number } {
  let pieces = 0
  let longest = 0
  const json = atOnce(
    parseJsonInSteps(text, (piece) => {
      pieces += 1
      longest = Math.max(longest, piece.length)
      return JSON.parse(piece)
    }),
  )
  return { json, pieces, longest }
}

const long = 'x'.repeat(100_000)
const records = Array.from({ length: 8000 }, (_, i) => ({
  id: `${i}`,
  tags: [i, { 'a"]},{[': '\\"' }],
  text: 'ü\\'.repeat(i % 9),
}))
const right: [string, unknown][] = [
  ['records in lists in objects', { a: 1, resource: [{ scope: [{ spans: records, last: null }, 5] }], z: [] }],
  ['many numbers', Array.from({ length: 200_000 }, (_, i) => i / 3)],
  ['many keys', Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`k${i}`, { i }]))],
  ['large entries beside small ones', [1, records, 2, {}, [], { b: records, c: long, d: [long, [long]] }, records, '']],
  ['a few long texts', { a: long, b: [long, long], c: { d: long } }],
]
test.each(right)('%s are read as a whole would be, in pieces', (_, value) => {
  for (const text of [JSON.stringify(value), JSON.stringify(value, null, 1), `\n ${JSON.stringify(value)}\t\r\n`]) {
    const { json, pieces, longest } = read(text)
    expect(json).toEqual(value)
    expect(pieces).toBeGreaterThan(2)
    expect(longest).toBeLessThan(text.length / 2)
  }
})

test('a key that is given twice, and one named __proto__, are as in JSON.parse', () => {
  const rows = JSON.stringify(records)
  for (const text of [
    `{"a":1,"a":${rows},"__proto__":${rows},"b":${rows},"a":2}`,
    `{"__proto__":{"x":1},"a":${rows}}`,
  ]) {
    const { json } = read(text)
    expect(json).toEqual(JSON.parse(text))
    expect(Object.keys(Object(json))).toEqual(Object.keys(JSON.parse(text)))
    expect(Object.getPrototypeOf(json)).toBe(Object.prototype)
  }
})

const body = JSON.stringify({ spans: records, more: [records] })
const wrong = [
  ['nothing behind a comma', body.replace(/}$/, ',}')],
  ['an entry missing', body.replace('"more":[', '"more":[,')],
  ['an entry missing in the middle', body.replace('},{"id":"4000"', '},,{"id":"4000"')],
  ['a comma missing behind a large entry', body.replace(',"more"', ' "more"')],
  ['something behind a large entry', body.replace(',"more"', ' 5,"more"')],
  ['something before a large entry', body.replace('"more":[', '"more":[5 ')],
  ['no key', body.replace('"more":', '')],
  ['a wrong bracket', `${body.slice(0, -1)}]`],
  ['no end', body.slice(0, -1)],
  ['no end of a text', body.slice(0, body.lastIndexOf('"'))],
  ['something behind the end', `${body} 5`],
  ['something before the begin', `5 ${body}`],
  ['a second body', body + body],
  ['a word', body.replace('"4000"', 'nil')],
  ['deep nesting', '['.repeat(300_000)],
  ['a text', 'x'.repeat(300_000)],
] as const
test.each(wrong)('%s is refused as JSON.parse does', (_, text) => {
  const [said, saidInSteps] = [() => parse(text), () => read(text)].map((run) => {
    try {
      return run()
    } catch (error) {
      return String(error)
    }
  })
  expect(said).toMatch(/^SyntaxError: /)
  expect(saidInSteps).toBe(said)
})

test.each([7, 8, 9, 10])('any text, in pieces of any size, is read or refused as JSON.parse does, seed %d', (seed) => {
  const { below: pick } = randomOf(seed)
  const some = (depth: number): unknown =>
    depth === 0 || pick(4) === 0
      ? [null, true, -1.5e-7, '', 'a,"\\]}', 'ü', 12][pick(7)]
      : pick(2) === 0
        ? Array.from({ length: pick(5) }, () => some(depth - 1))
        : Object.fromEntries(Array.from({ length: pick(5) }, (_, i) => ['kK"{'.slice(0, i), some(depth - 1)]))
  const outcome = (run: () => unknown): unknown => {
    try {
      return run()
    } catch (error) {
      return String(error)
    }
  }
  for (let round = 0; round < 5000; round += 1) {
    const text = JSON.stringify([some(6), some(5)], null, pick(2))
    const at = pick(text.length)
    const bad = text.slice(0, at) + '[]{},:"\\5 '[pick(11)] + text.slice(at + pick(2))
    const pieceMax = 1 + pick(40)
    for (const each of [text, bad]) {
      const [inSteps, whole] = [
        outcome(() => atOnce(parseJsonInSteps(each, parse, pieceMax))),
        outcome(() => JSON.parse(each)),
      ]
      // Asked ten thousand times, of the runner it takes most of the test's time.
      if (!isDeepStrictEqual(inSteps, whole)) expect([each, inSteps]).toEqual([each, whole])
    }
  }
})
