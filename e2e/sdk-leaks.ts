import { FaultyBackend } from './faulty-backend.ts'
import { loadHttp } from './http-load.ts'
import { startObservedApp } from './observed-app.ts'
import { makeSdkFolder } from './sdk-program.ts'

const parts = 10
const connections = 32
/** Of what is left after garbage collection, between a fifth of the way and the end. */
const growthMaxBytes = 1_048_576

/** Many requests, each with a path and an id of its own, some of which fail: the heap is as large at the end as near the beginning. */
export async function runSdkLeaks({ requests }: { requests: number }): Promise<Record<string, number>> {
  const folder = await makeSdkFolder()
  const backend = await FaultyBackend.start()
  const app = await startObservedApp(folder, { endpoint: `http://127.0.0.1:${backend.port}` })
  try {
    const heaps: number[] = []
    let asked = 0
    for (let i = 0; i < parts; i++) {
      const first = asked
      const path = (n: number) => (n % 100 === 99 ? `/fail/${first + n}` : `/orders/${first + n}`)
      asked += (await loadHttp({ port: app.port, connections, requests: Math.ceil(requests / parts), path })).requests
      await new Promise((resolve) => setTimeout(resolve, 2_000))
      heaps.push((await app.figures()).heapBytes)
    }
    const figures = await app.figures()
    const grown = (heaps.at(-1) ?? 0) - (heaps[1] ?? 0)
    return {
      requests: asked,
      'heap at 10 % kB': kilobytes(heaps[0]),
      'heap at 20 % kB': kilobytes(heaps[1]),
      'heap at 50 % kB': kilobytes(heaps[4]),
      'heap at 100 % kB': kilobytes(heaps.at(-1)),
      'resident at the end kB': kilobytes(figures.rssBytes),
      'spans stored': backend.spans,
      'spans dropped': figures.dropped,
      wrong: grown > growthMaxBytes ? 1 : 0,
    }
  } finally {
    await app.stop()
    await backend.stop()
    await folder.remove()
  }
}

function kilobytes(bytes: number | undefined): number {
  return Math.round((bytes ?? Number.NaN) / 1024)
}
