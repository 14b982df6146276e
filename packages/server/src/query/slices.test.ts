import { expect, test } from 'vitest'
import { QueryError } from '../store/store.ts'
import { widen } from './slices.ts'

const hour = 3_600_000
const day = { fromMs: 0, toMs: 24 * hour }

/** Stretches read, in hours from the end where reading begins; something is found in each of the first `found` minutes. */
async function stretches(found: number, order: 'newest' | 'oldest', isCumulative: boolean): Promise<string[]> {
  const read: string[] = []
  await widen(day, { order, wanted: 50, isCumulative }, async ({ fromMs, toMs }) => {
    const [begin, end] = order === 'newest' ? [day.toMs - toMs, day.toMs - fromMs] : [fromMs, toMs]
    read.push(`${(begin / hour).toFixed(1)}-${(end / hour).toFixed(1)}`)
    return Math.min(found, Math.floor(end / 60_000)) - Math.min(found, Math.floor(begin / 60_000))
  })
  return read
}

test.each<[number, 'newest' | 'oldest', boolean, string[]]>([
  [1440, 'newest', false, ['0.0-0.1', '0.1-1.7']],
  [1440, 'oldest', false, ['0.0-0.1', '0.1-1.7']],
  [1440, 'newest', true, ['0.0-0.1', '0.0-1.7']],
  [0, 'newest', false, ['0.0-0.1', '0.1-1.5', '1.5-24.0']],
  [1, 'newest', false, ['0.0-0.1', '0.1-24.0']],
  [10, 'newest', false, ['0.0-0.1', '0.1-1.7', '1.7-24.0']],
])('with %d found, reads the %s in stretches', async (found, order, isCumulative, read) => {
  expect(await stretches(found, order, isCumulative)).toEqual(read)
})

test('a short range is read once', async () => {
  const read: number[] = []
  await widen(
    { fromMs: 5, toMs: 9000 },
    { order: 'newest', wanted: 1, isCumulative: false },
    async ({ fromMs, toMs }) => {
      read.push(fromMs, toMs)
      return 0
    },
  )
  expect(read).toEqual([5, 9000])
})

test.each<[string, number, boolean, (number | undefined)[]]>([
  ['is read at once where that is little', day.toMs, false, [100]],
  ['is read in stretches where the engine refuses', day.toMs, true, [100, undefined, undefined, undefined]],
  ['is read once where it is short', 9000, true, [undefined]],
])('what indexes tell %s', async (_, toMs, isRefused, read) => {
  const limits: (number | undefined)[] = []
  await widen(
    { fromMs: 0, toMs },
    { order: 'newest', wanted: 1, isCumulative: false, atOnceMax: 100 },
    async ({ readMax }) => {
      limits.push(readMax)
      if (isRefused && readMax !== undefined) throw new QueryError('Cannot run the query: too many rows', 'rows')
      return 0
    },
  )
  expect(limits).toEqual(read)
})

test('what fails otherwise is not asked again', async () => {
  const late = new QueryError('Cannot run the query: late', 'timeout')
  const options = { order: 'newest', wanted: 1, isCumulative: false, atOnceMax: 100 } as const
  await expect(widen(day, options, () => Promise.reject(late))).rejects.toBe(late)
})
