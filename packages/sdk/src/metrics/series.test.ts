import { expect, test } from 'vitest'
import { Series } from './series.ts'
import { grownAttribute } from './wrong-use.ts'

function series(seriesMax: number) {
  const said: string[] = []
  return {
    said,
    found: new Series({
      seriesMax,
      overflowed: (series) => {
        const { name, distinct } = grownAttribute(series)
        said.push(`${name} ${distinct}`)
        return name
      },
    }),
  }
}

test('one slot for what looks the same, in any order; it has the values it was made with', () => {
  const { found } = series(10)
  const slot = found.slotOf({ a: 'x', b: 1 })
  expect(found.slotOf({ b: 1, a: 'x' })).toBe(slot)
  expect(found.slotOf({ a: 'x', b: 1, c: undefined })).toBe(slot)
  expect(found.slotOf({ a: 'x', b: '1' })).toBe(slot)
  expect(found.attributes[slot]).toEqual({ a: 'x', b: 1 })
  expect(found.slotOf({ a: 'x' })).not.toBe(slot)
  expect(found.slotOf({ a: 'x|b', b: 'y' })).not.toBe(found.slotOf({ a: 'x', b: 'b|y' }))
  expect(found.slotOf({})).toBe(found.slotOf({}))
  expect(found.slotOf({ list: [1, 2] })).toBe(found.slotOf({ list: [1, 2] }))
})

test('a getter that answers otherwise each time leads no other path to its series', () => {
  const { found } = series(10)
  let read = 0
  const turning = {
    get a(): string {
      return `answer ${++read}`
    },
  }
  const slots = [found.slotOf(turning), found.slotOf(turning)]
  const named = slots.map((slot) => String(found.attributes[slot]?.['a']))
  expect(named.map((a) => found.slotOf({ a }))).toEqual(slots)
  expect(
    Array.from({ length: read }, (_, i) => found.attributes[found.slotOf({ a: `answer ${i + 1}` })]?.['a']),
  ).toEqual(Array.from({ length: read }, (_, i) => `answer ${i + 1}`))
})

test('a value that cannot be read is named, and throws nothing into the program', () => {
  const { found } = series(10)
  const broken = {
    a: 'x',
    get b(): string {
      throw new Error('not now')
    },
  }
  const slot = found.slotOf(broken)
  expect(found.slotOf(broken)).toBe(slot)
  expect(found.attributes[slot]).toEqual({ a: 'x', b: '[cannot be read]' })
})

test('attributes are copied: changing them later changes no series', () => {
  const { found } = series(10)
  const attributes = { a: 'x' }
  const slot = found.slotOf(attributes)
  attributes.a = 'y'
  expect(found.attributes[slot]).toEqual({ a: 'x' })
})

test('over the limit everything new is one series, and the attribute that grew is named once', () => {
  const { found, said } = series(3)
  const slots = Array.from({ length: 10 }, (_, i) => found.slotOf({ method: 'GET', user: i }))
  expect(slots).toEqual([1, 2, 3, 0, 0, 0, 0, 0, 0, 0])
  expect(found.slotOf({ user: 1, method: 'GET' })).toBe(2)
  expect(said).toEqual(['user 3'])
  expect(found.attributes[0]).toEqual({ 'otel.metric.overflow': true, 'wakeline.overflow.attribute': 'user' })
})
