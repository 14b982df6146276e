import { catalogue } from './catalogue.ts'
import { pick } from './work.ts'

/** Visitors: some look, some search, some buy. More at the top of a ten-minute "day" than at night. */

const dayMs = 600_000
const inFlightMax = 200

export function startLoad({ url, requestsPerSecond }: { url: string; requestsPerSecond: number }): {
  stop: () => Promise<void>
} {
  const inFlight = new Set<Promise<unknown>>()
  let timer: NodeJS.Timeout
  const next = (): void => {
    const daylight = 1 + 0.4 * Math.sin((2 * Math.PI * Date.now()) / dayMs)
    // Arrivals are independent of one another, so the gaps between them are exponential.
    const gapMs = (-Math.log(1 - Math.random()) * 1000) / (requestsPerSecond * daylight)
    timer = setTimeout(next, gapMs)
    if (inFlight.size >= inFlightMax) return
    const visit = visitShop(url).catch(() => {})
    inFlight.add(visit)
    visit.finally(() => inFlight.delete(visit))
  }
  next()
  return {
    stop: async () => {
      clearTimeout(timer)
      await Promise.allSettled(inFlight)
    },
  }
}

async function visitShop(url: string): Promise<void> {
  const dice = Math.random()
  const product = pick(catalogue)
  const user = `user-${Math.floor(Math.random() ** 2 * 400)}`
  const headers = { 'content-type': 'application/json', 'x-user-id': user }
  const signal = AbortSignal.timeout(10_000)
  if (dice < 0.4) await drain(fetch(`${url}/products`, { headers, signal }))
  else if (dice < 0.68) await drain(fetch(`${url}/products/${product.sku}`, { headers, signal }))
  else if (dice < 0.8)
    await drain(fetch(`${url}/search?q=${pick(['mug', 'lamp', 'blue', 'gift', 'poster of a'])}`, { headers, signal }))
  else if (dice < 0.98) {
    const lines = Array.from({ length: 1 + Math.floor(Math.random() * 3) }, () => ({
      sku: pick(catalogue).sku,
      quantity: 1 + Math.floor(Math.random() * 2),
    }))
    await drain(fetch(`${url}/checkout`, { method: 'POST', headers, signal, body: JSON.stringify({ user, lines }) }))
  } else await drain(fetch(`${url}/products/NO-SUCH-1`, { headers, signal }))
}

async function drain(answer: Promise<Response>): Promise<void> {
  await (await answer).arrayBuffer()
}
