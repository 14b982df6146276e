import { expect, test } from 'vitest'
import { axisMarks, barPlace, holdAt, moveWindow, windowAround, windowBetween } from './time-window.ts'

test.each([
  [0.2, 0.6, 0.2, 0.6],
  [0.6, 0.2, 0.2, 0.6],
  [-1, 0.5, 0, 0.5],
  [0.9, 2, 0.9, 1],
  [0.5, 0.5, 0.5, 0.5001],
  [5, 5, 0.9999, 1],
])('between %d and %d lies the window %d to %d', (a, b, from, to) => {
  const window = windowBetween(a, b, 1e-4)
  expect(window.from).toBeCloseTo(from, 9)
  expect(window.to).toBeCloseTo(to, 9)
})

test.each([
  [0.1, 0.3, 0.5],
  [-0.5, 0, 0.2],
  [0.9, 0.8, 1],
])('a window of 0.2 to 0.4 moved by %d lies at %d to %d', (by, from, to) => {
  const moved = moveWindow({ from: 0.2, to: 0.4 }, by)
  expect([moved.from, moved.to].map((place) => Number(place.toFixed(9)))).toEqual([from, to])
})

test.each([
  [{ from: 0, to: 1 }, 0.5, 'new'],
  [{ from: 0.2, to: 0.4 }, 0.21, 'from'],
  [{ from: 0.2, to: 0.4 }, 0.39, 'to'],
  [{ from: 0.2, to: 0.4 }, 0.3, 'move'],
  [{ from: 0.2, to: 0.4 }, 0.7, 'new'],
] as const)('in the window %j a press at %d takes hold of: %s', (window, at, held) => {
  expect(holdAt(window, at, 0.02)).toBe(held)
})

test.each([
  ['inside', 20, 40, { left: 20, width: 20, cutLeft: false, cutRight: false }],
  ['before the trace, from a clock behind', -50, 20, { left: 0, width: 20, cutLeft: true, cutRight: false }],
  ['beyond its end', 90, 300, { left: 90, width: 10, cutLeft: false, cutRight: true }],
  ['of a negative length', 50, 10, { left: 50, width: 0, cutLeft: false, cutRight: false }],
  ['outside', 120, 130, undefined],
])('a bar %s has its place', (_, fromNano, toNano, place) => {
  const found = barPlace({ fromNano, toNano }, { from: 0, to: 1 }, 100)
  expect(found && { ...found, width: Math.round(found.width) }).toEqual(place)
})

test('a bar is placed in the window that is looked at', () => {
  const place = barPlace({ fromNano: 25, toNano: 30 }, { from: 0.2, to: 0.4 }, 100)
  expect([place?.left, place?.width].map((percent) => Math.round(percent ?? -1))).toEqual([25, 25])
  expect(barPlace({ fromNano: 5, toNano: 10 }, { from: 0.2, to: 0.4 }, 100)).toBeUndefined()
})

test.each([
  [{ from: 0, to: 1 }, 1000, [0, 200, 400, 600, 800, 1000]],
  [{ from: 0, to: 1 }, 3, [0, 1, 2, 3]],
  [{ from: 0.5, to: 0.6 }, 1e9, [500e6, 520e6, 540e6, 560e6, 580e6, 600e6]],
  [{ from: 0, to: 1 }, 600e9, [0, 120e9, 240e9, 360e9, 480e9, 600e9]],
])('the axis of %j of %d ns is marked', (window, wholeNano, marks) => {
  expect(axisMarks(window, wholeNano, 5).map(Math.round)).toEqual(marks)
})

test('the window around a span has some room and stays in the trace', () => {
  const { from, to } = windowAround(0, 100, 1000)
  expect(from).toBe(0)
  expect(to).toBeCloseTo(0.108, 6)
})
