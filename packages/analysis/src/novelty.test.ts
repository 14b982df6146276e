import { expect, test } from 'vitest'
import { type Novelty, NoveltyDetector, noveltyThreshold } from './novelty.ts'
import { noveltySentence } from './novelty-sentence.ts'

const minute = 60_000
const stepMs = 5 * minute

/** Pseudo-random between 0 and 1, the same each time. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** All that was told of a series, by the place of its value. */
function toldOf(values: readonly number[]): Map<number, Novelty> {
  const detector = new NoveltyDetector({ stepMs })
  const told = new Map<number, Novelty>()
  values.forEach((value, i) => {
    const novelty = detector.push(i * stepMs, value)
    if (novelty !== undefined && novelty.score >= noveltyThreshold) told.set(i, novelty)
  })
  return told
}

const noise = (count: number, seed = 7): number[] => {
  const next = random(seed)
  return Array.from({ length: count }, () => 100 + 20 * next())
}
const daily = (count: number): number[] =>
  noise(count).map((each, i) => each + 300 * Math.sin((2 * Math.PI * i * stepMs) / 86_400_000))

test('a spike beyond all that was seen is told of once, and the nearest value with it', () => {
  const values = noise(1000)
  values[800] = 400
  values[801] = 400
  const told = toldOf(values)
  expect(told.get(800)).toMatchObject({ test: 'value', value: 400, averaged: 1 })
  expect(told.get(800)?.nearest).toBeCloseTo(120, 0)
  expect(told.has(801)).toBe(false)
})

test('a value between two modes is new though it is within the range', () => {
  const values = noise(1000).map((each, i) => (i % 2 === 0 ? each : each + 1000))
  values[900] = 600
  expect(toldOf(values).get(900)).toMatchObject({ test: 'value' })
})

test('a slow leak is told of by its level, while each value was seen before', () => {
  const values = noise(1200).map((each, i) => (i < 150 ? 110 : i > 800 ? 116 + (each - 100) * 0.2 : each))
  const tests = [...toldOf(values)].filter(([i]) => i > 800).map(([, { test: by }]) => by)
  expect(tests).toContain('level')
})

test('a night as busy as a day is told of by its season', () => {
  const values = daily(288 * 12)
  for (let i = 288 * 11 + 190; i < 288 * 11 + 240; i++) values[i] = 110
  const tests = [...toldOf(values)].filter(([i]) => i >= 288 * 11 + 190).map(([, { test: by }]) => by)
  expect(tests).toContain('season')
})

test('a flat series is told of never, and one that goes on as it was hardly ever', () => {
  expect(toldOf(Array.from({ length: 1000 }, () => 5)).size).toBe(0)
  expect([...toldOf(noise(8000)).keys()].filter((i) => i > 1000).length).toBeLessThanOrEqual(2)
})

test('memory does not grow with the series, and stays under 64 KiB', () => {
  const detector = new NoveltyDetector({ stepMs })
  noise(20_000).forEach((value, i) => void detector.push(i * stepMs, value))
  expect(detector.count).toBe(20_000)
  expect(detector.byteLength).toBeLessThanOrEqual(65_536)
})

const texts = {
  value: (value: number) => `${value} ms`,
  length: (ms: number) => `${ms / 3_600_000} h`,
  historyMs: 672 * 3_600_000,
  stepMs,
}
test.each<[Partial<Novelty>, string]>([
  [
    { test: 'value', value: 812, nearest: 604, score: 0.21, averaged: 1 },
    '812 ms: the nearest value in 672 h is 604 ms, 21 % of the range seen away',
  ],
  [
    { test: 'level', value: 90, nearest: 80, averaged: 150 },
    'the average of the last 12.5 h is 90 ms, above all such averages before, the nearest of which is 80 ms',
  ],
  [
    { test: 'season', value: 10, nearest: 40, averaged: 12, seasonMs: 604_800_000 },
    'the average of the last 1 h is 10 ms, below the 40 ms that the same time of earlier weeks makes likely',
  ],
])('the reason of %j is a sentence', (novelty, sentence) => {
  const whole: Novelty = {
    test: 'value',
    score: 0.1,
    value: 0,
    nearest: 0,
    averaged: 1,
    seasonMs: undefined,
    ...novelty,
  }
  expect(noveltySentence(whole, texts)).toBe(sentence)
})
