import { FaultyBackend, faults } from './faulty-backend.ts'
import { type Loaded, loadHttp } from './http-load.ts'
import { type Figures, type ObservedApp, startObservedApp } from './observed-app.ts'
import { makeSdkFolder, type SdkFolder } from './sdk-program.ts'

export interface FaultOptions {
  /** Of each phase: one without a fault, then one for each fault. */
  readonly seconds: number
  /** Requests, of both services together. */
  readonly perSecond: number
}

const bufferMaxBytes = 2_097_152
const spansPerRequest = 2
/** Three signals' buffers, each copied once on its way, and what the load itself needs. */
const memoryMaxBytes = 3 * 2 * bufferMaxBytes + 48 * 1024 * 1024
const connections = 16
const recoveryMaxMs = 60_000

/**
 * Two of the same service under the same steady load at the same time: the backend of one is down, slow, refuses, or
 * answers garbage, that of the other is well. Their latencies are compared, so that what else the machine does is in both.
 * After each fault every span must have been stored or counted as dropped.
 */
export async function runSdkFaults({ seconds, perSecond }: FaultOptions): Promise<Record<string, number>> {
  const folder = await makeSdkFolder()
  const [tried, control] = await Promise.all([observe(folder), observe(folder)])
  try {
    const load = (app: ObservedApp, forSeconds: number) =>
      loadHttp({
        port: app.port,
        connections,
        perSecond: perSecond / 2,
        seconds: forSeconds,
        path: (n) => `/orders/${n}`,
      })
    const both = (forSeconds: number) => Promise.all([load(tried.app, forSeconds), load(control.app, forSeconds)])
    const counts: Record<string, number> = { requests: 0, wrong: 0 }
    const add = (name: string, more: number) => (counts[name] = (counts[name] ?? 0) + more)
    add('requests', (await both(Math.min(seconds, 5)))[0].requests)
    const before = await tried.app.figures()
    for (const fault of [undefined, ...faults]) {
      await tried.backend.failWith(fault)
      const [found, usual] = await both(seconds)
      const expected = add('requests', found.requests) * spansPerRequest
      const during = await tried.app.figures()
      await tried.backend.failWith(undefined)
      const missing = await recovered(tried, expected)
      Object.assign(counts, phase(fault ?? 'no fault', { found, usual, before, during, missing }))
      if (missing !== 0 || during.rssBytes - before.rssBytes > memoryMaxBytes) add('wrong', 1)
    }
    counts['spans stored'] = tried.backend.spans
    counts['spans dropped'] = (await tried.app.figures()).dropped
    return counts
  } finally {
    await Promise.all([tried, control].flatMap(({ app, backend }) => [app.stop(), backend.stop()]))
    await folder.remove()
  }
}

interface Observed {
  readonly app: ObservedApp
  readonly backend: FaultyBackend
}

async function observe(folder: SdkFolder): Promise<Observed> {
  const backend = await FaultyBackend.start()
  const endpoint = `http://127.0.0.1:${backend.port}`
  const options = { endpoint, bufferMaxBytes, batchMaxBytes: 131_072, batchDelayMs: 200, exportTimeoutMs: 2_000 }
  return { backend, app: await startObservedApp(folder, { ...options, metricIntervalMs: 1_000 }) }
}

interface Phase {
  readonly found: Loaded
  readonly usual: Loaded
  readonly before: Figures
  readonly during: Figures
  readonly missing: number
}

function phase(name: string, { found, usual, before, during, missing }: Phase): Record<string, number> {
  const percent = (share: number) => Math.round((quantile(found, share) / quantile(usual, share)) * 100)
  return {
    [`${name}: median us`]: quantile(found, 0.5),
    [`${name}: median, % of the other`]: percent(0.5),
    [`${name}: p95, % of the other`]: percent(0.95),
    [`${name}: memory grown kB`]: Math.round((during.rssBytes - before.rssBytes) / 1024),
    [`${name}: dropped so far`]: during.dropped,
    [`${name}: retries so far`]: during.retries,
    [`${name}: not stored, not counted`]: missing,
  }
}

/** Waits until what was buffered has come; how many spans are then neither stored nor counted as dropped. */
async function recovered({ app, backend }: Observed, expected: number): Promise<number> {
  const deadlineMs = performance.now() + recoveryMaxMs
  for (;;) {
    const missing = expected - backend.spans - (await app.figures()).dropped
    if (missing === 0 || performance.now() > deadlineMs) return missing
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** In microseconds. */
function quantile({ durationsMs }: Loaded, share: number): number {
  const sorted = [...durationsMs].sort((a, b) => a - b)
  return Math.round((sorted[Math.floor(sorted.length * share)] ?? Number.NaN) * 1000)
}
