import { expect, test } from 'vitest'
import { placeNames } from './marks.ts'

test.each([
  { lines: [100, 200], names: ['203 1.4.1', '103 1.4.0'] },
  { lines: [380], names: ['341 1.4.0'] },
  { lines: [100, 120, 130], names: ['133 1.4.2'] },
  { lines: [300, 330, 390], names: ['351 1.4.2', '303 1.4.0'] },
])('of names of lines at $lines those are written that have room, the latest first', ({ lines, names }) => {
  const placed = lines.map((x, patch) => ({ name: `1.4.${patch}`, x, width: 36 }))
  expect(placeNames(placed, { right: 400, ratio: 1 }).map(({ from, name }) => `${from} ${name}`)).toEqual(names)
})
