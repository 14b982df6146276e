import { expect, test } from 'vitest'
import { sdkForTests } from './sdk-for-tests.ts'

const { folder, collector } = await sdkForTests()

/** One request works while another waits; then the heap is collected while a third waits. */
const program = `import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { start, trace } from 'wakeline'
start({ serviceName: 'lanes', logOutput: 'none' })
await sleep(300)
const server = createServer(async (request, response) => {
  if (request.url === '/waits') await sleep(60)
  if (request.url === '/works') { const end = Date.now() + 200; while (Date.now() < end); }
  response.end()
}).listen(0, '127.0.0.1')
await new Promise((resolve) => server.once('listening', resolve))
const ask = (path) => fetch('http://127.0.0.1:' + server.address().port + path).then((answer) => answer.text())
const waiting = ask('/waits')
await sleep(20)
await Promise.all([waiting, ask('/works')])
const heap = []
for (let i = 0; i < 3e6; i++) heap.push({ i })
await sleep(50)
await trace('collected', async () => {
  await sleep(20)
  setImmediate(() => globalThis.gc())
  await sleep(20)
  await sleep(20)
})
server.close()
console.log(heap.length)`

test('a request that waited for another says so, in a real server with nothing set', async () => {
  const ended = await folder.run({ 'lanes.mjs': program }, ['--expose-gc', 'lanes.mjs'], {
    WAKELINE_ENDPOINT: collector.url,
  })
  expect([ended.code, ended.stderr]).toEqual([0, ''])
  const served = (path: string) =>
    collector.spans.find((span) => span.kind === 2 && span.attributes['url.path'] === path)?.attributes ?? {}
  expect(Number(served('/waits')['wakeline.loop_wait_ms'])).toBeGreaterThan(100)
  expect(served('/works')['wakeline.loop_wait_ms']).toBeUndefined()
  const collected = collector.spans.find((span) => span.name === 'collected')?.attributes ?? {}
  expect(Number(collected['wakeline.gc_pause_ms'])).toBeGreaterThanOrEqual(20)
})
