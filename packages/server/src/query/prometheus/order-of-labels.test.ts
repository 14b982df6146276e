import { expect, test } from 'vitest'
import { randomOf } from '../../../../protocol/src/random.case.ts'
import { compareLabels, type Labels, labelsFrom, labelsText } from '../promql/evaluate/labels.ts'
import { inOrderOfLabels } from './order-of-labels.ts'

const letters = [
  'a',
  'b',
  'ab',
  'pod-',
  '7d9f8b6c5',
  '-',
  '0',
  '10',
  'long-and-the-same-',
  'Grüße',
  '\u0000',
  '\u{1f600}',
]

function randomLabels(next: (below: number) => number, letterCount: number, isRagged: boolean): Labels {
  const text = (): string => Array.from({ length: next(5) }, () => letters[next(letterCount)] ?? '').join('')
  const pairs: [string, string][] = [['__name__', 'x']]
  for (const name of ['instance', 'job', 'n', 'status']) if (!isRagged || next(3) > 0) pairs.push([name, text()])
  return labelsFrom(pairs)
}

test.each([
  ['of ASCII letters', 9, false],
  ['of any letters', letters.length, false],
  ['with names missing', 9, true],
])('labels %s are sorted as compareLabels has them', (_, letterCount, isRagged) => {
  for (let seed = 1; seed <= 12; seed++) {
    const { below: next } = randomOf(seed)
    const all = Array.from({ length: 700 }, () => ({ labels: randomLabels(next, letterCount, isRagged) }))
    const expected = [...all].sort((a, b) => compareLabels(a.labels, b.labels))
    const { sorted, hasTwins } = inOrderOfLabels(all)
    const shown = (list: typeof all): string[] => list.map(({ labels }) => labelsText(labels))
    expect(shown(sorted), `seed ${seed}`).toEqual(shown(expected))
    expect(hasTwins).toBe(new Set(shown(all)).size < all.length)
  }
})

test('series with the same labels stay in the order they came in', () => {
  const all = Array.from({ length: 40 }, (_, place) => ({ place, labels: labelsFrom([['n', `${place % 2}`]]) }))
  const { sorted, hasTwins } = inOrderOfLabels(all)
  expect(sorted.map(({ place }) => place)).toEqual([
    ...Array.from({ length: 20 }, (_, i) => 2 * i),
    ...Array.from({ length: 20 }, (_, i) => 2 * i + 1),
  ])
  expect(hasTwins).toBe(true)
})

test('none and one are in order', () => {
  expect(inOrderOfLabels([])).toEqual({ sorted: [], hasTwins: false })
  expect(inOrderOfLabels([{ labels: labelsFrom([]) }]).hasTwins).toBe(false)
})
