import { expect, test } from 'vitest'
import { openTurns } from './turns.ts'

function openGate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}

test('turns run so many at once, keep so many waiting in order, and refuse the rest', async () => {
  const turns = openTurns({ atOnceMax: 1, waitingMax: 2 })
  const { signal } = new AbortController()
  const gate = openGate()
  const done: number[] = []
  const first = turns.take(signal, () => gate.opened)
  const others = [1, 2].map((n) => turns.take(signal, async () => done.push(n)))
  await expect(turns.take(signal, async () => 0)).rejects.toMatchObject({ code: 'busy', retryAfterSeconds: 1 })
  expect(turns.counts()).toEqual({ running: 1, waiting: 2, refused: 1 })
  gate.open()
  await Promise.all([first, ...others])
  expect(done).toEqual([1, 2])
  expect(turns.counts()).toEqual({ running: 0, waiting: 0, refused: 1 })
})

test('turns let those leave who give up while they wait, and go on after an error', async () => {
  const turns = openTurns({ atOnceMax: 1, waitingMax: 2 })
  const gate = openGate()
  const first = turns.take(new AbortController().signal, async () => {
    await gate.opened
    throw new Error('failed')
  })
  const leaving = new AbortController()
  const left = turns.take(leaving.signal, async () => 0)
  leaving.abort()
  await expect(left).rejects.toMatchObject({ code: 'cancelled' })
  gate.open()
  await expect(first).rejects.toThrow('failed')
  expect(await turns.take(new AbortController().signal, async () => 7)).toBe(7)
})

test('turns go from line to line, and one line may hold all but one', async () => {
  const turns = openTurns({ atOnceMax: 2, waitingMax: 5 })
  const { signal } = new AbortController()
  const gate = openGate()
  const done: string[] = []
  const ask = (name: string, lane: 'pages' | 'alerts' | 'api') =>
    turns.take(signal, async () => void done.push(name), lane)
  const runaway = turns.take(signal, () => gate.opened, 'api')
  const later = [ask('api 1', 'api'), ask('api 2', 'api')]
  await ask('page', 'pages')
  await ask('alert', 'alerts')
  expect(done).toEqual(['page', 'alert'])
  const pages = openGate()
  const page = turns.take(signal, () => pages.opened, 'pages')
  later.push(ask('page 2', 'pages'), ask('alert 2', 'alerts'))
  gate.open()
  await runaway
  pages.open()
  await Promise.all([page, ...later])
  expect(done.at(-1)).toBe('api 2')
  expect(done).toHaveLength(6)
})
