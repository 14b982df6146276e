import { expect, test } from 'vitest'
import { fewAtOnce } from './few-at-once.ts'

test('a line of questions lets two run at a time, and forgets who left it', async () => {
  const inTurn = fewAtOnce(2)
  const asked: string[] = []
  const ends = new Map<string, () => void>()
  const ask = (name: string, signal = new AbortController().signal) =>
    inTurn(signal, () => {
      asked.push(name)
      return new Promise<string>((resolve) => ends.set(name, () => resolve(name)))
    })
  const leaving = new AbortController()
  const first = ask('a')
  const others = [ask('b'), ask('d')]
  const left = ask('c', leaving.signal)
  leaving.abort(new Error('left'))
  await expect(left).rejects.toThrow('left')
  expect(asked).toEqual(['a', 'b'])
  ends.get('a')?.()
  await first
  await Promise.resolve()
  expect(asked).toEqual(['a', 'b', 'd'])
  ends.get('b')?.()
  ends.get('d')?.()
  expect(await Promise.all(others)).toEqual(['b', 'd'])
})
