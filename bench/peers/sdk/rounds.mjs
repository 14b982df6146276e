import { writeSync } from 'node:fs'

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
  const figures = []
  for (let i = 0; i < rounds; i++) figures.push(await round())
  figures.sort((a, b) => a - b)
  writeSync(2, `measured ${figures[Math.floor(rounds / 2)]}\n`)
}

/** What every log line and span of the bench carries: text, numbers and a boolean. */
export const five = () => ({ orderId: 12345, customer: 'c-991', amount: 12.5, currency: 'EUR', cached: false })
export const threeLabels = () => ({ method: 'GET', route: '/users/:id', status: 200 })
