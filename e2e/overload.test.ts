import { expect, test } from 'vitest'
import { runOverload } from './overload.ts'

/** A small one of `npm run e2e -- overload`, which opens ten thousand connections. */
test('a receiver that is pestered goes on answering, and stores what it acknowledged once', async () => {
  const counts = await runOverload({ connections: 200, tinyRequests: 1000, slowClients: 10, requestTimeout: '1s' })
  expect(counts).toMatchObject({ wrong: 0, hugeRefused: 413, tinyAcknowledged: 1000, slowEnded: 10 })
}, 120_000)
