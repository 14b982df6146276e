import { expect, test } from 'vitest'
import { runSdkFaults } from './sdk-faults.ts'
import { runSdkLeaks } from './sdk-leaks.ts'

test('whatever is wrong with the backend, every span is stored or counted as dropped', async () => {
  const counts = await runSdkFaults({ seconds: 2, perSecond: 200 })
  expect(counts).toMatchObject({ wrong: 0 })
  expect(counts['spans stored']).toBeGreaterThan(0)
}, 120_000)

test('the heap does not grow with the number of requests', async () => {
  expect(await runSdkLeaks({ requests: 20_000 })).toMatchObject({ wrong: 0, requests: 20_000 })
}, 120_000)
