import { openSync, readSync, writeSync } from 'node:fs'

const rounds = 5

/**
 * Runs `loop(n)` for some rounds of `times` operations and tells the nanoseconds each took on stderr: the median, since
 * stdout may be where an operation writes. What `between` does (sending away what was recorded) is not counted.
 */
export async function tellMedian({ times, chunk = 20_000, loop, between = () => {} }) {
  const round = async () => {
    let ms = 0
    for (let done = 0; done < times; done += chunk) {
      const n = Math.min(chunk, times - done)
      const startMs = performance.now()
      await loop(n)
      ms += performance.now() - startMs
      await between()
    }
    return (ms * 1e6) / times
  }
  await round()
  stall.maxMs = 0
  stall.maxCpuMs = 0
  const figures = []
  for (let i = 0; i < rounds; i++) figures.push(await round())
  figures.sort((a, b) => a - b)
  if (stall.maxMs > 0) writeSync(2, `stalled ${stall.maxMs}\nstalled by CPU ${stall.maxCpuMs}\n`)
  writeSync(2, `measured ${figures[Math.floor(rounds / 2)]}\n`)
}

/**
 * The longest the event loop did not turn while scrapes were answered, by the clock, and by the CPU time of its thread:
 * on a machine with more to do than cores, the clock also counts what others ran in between.
 */
const stall = { maxMs: 0, maxCpuMs: 0 }

/** CPU time of the main thread in milliseconds, where the system tells: Linux does. */
const threadCpuMs = openThreadCpu()
function openThreadCpu() {
  try {
    const file = openSync(`/proc/self/task/${process.pid}/schedstat`)
    const text = Buffer.alloc(100)
    return () => Number(text.toString('latin1', 0, readSync(file, text, 0, 100, 0)).split(' ')[0]) / 1e6
  } catch {
    return () => 0
  }
}

export const scrapedSeries = 10_000
export const promClientBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** One operation is one answer to a scrape, up to its bytes; what the socket and the reader take is the same for all. */
export function scrapes(answer) {
  let waiting = false
  let lastMs = 0
  let lastCpuMs = 0
  const turn = () => {
    const nowMs = performance.now()
    const cpuMs = threadCpuMs()
    stall.maxMs = Math.max(stall.maxMs, nowMs - lastMs)
    stall.maxCpuMs = Math.max(stall.maxCpuMs, cpuMs - lastCpuMs)
    lastMs = nowMs
    lastCpuMs = cpuMs
    if (waiting) setImmediate(turn)
  }
  const loop = async () => {
    waiting = true
    lastMs = performance.now()
    lastCpuMs = threadCpuMs()
    turn()
    await answer()
    turn()
    waiting = false
  }
  return { times: 3, chunk: 1, loop }
}

/** What every log line and span of the bench carries: text, numbers and a boolean. */
export const five = () => ({ orderId: 12345, customer: 'c-991', amount: 12.5, currency: 'EUR', cached: false })
export const threeLabels = () => ({ method: 'GET', route: '/users/:id', status: 200 })

/** Values that climb to 1 and begin again, one at a time. */
export function labelled(times, record) {
  let value = 0
  return {
    times,
    loop: (n) => {
      for (let k = 0; k < n; k++) {
        value = value > 1 ? 0 : value + 0.001
        record(value)
      }
    },
  }
}
