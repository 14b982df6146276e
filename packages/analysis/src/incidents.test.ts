import { expect, test } from 'vitest'
import { joinIncidents, serviceOfAlert } from './incidents.ts'

const calls = [
  { caller: 'web', callee: 'checkout' },
  { caller: 'checkout', callee: 'inventory' },
  { caller: 'cron', callee: 'mail' },
]
const alert = (service: string, minutes: number) => ({ service, startMs: minutes * 60_000 })
const told = (incidents: ReturnType<typeof joinIncidents>) =>
  incidents.map(({ alerts, origins }) => `${alerts.map(({ service }) => service).join('+')} from ${origins.join(', ')}`)

test.each([
  [
    'neighbours join, the lowest is the origin',
    [alert('web', 4), alert('checkout', 2), alert('inventory', 1)],
    ['inventory+checkout+web from inventory'],
  ],
  [
    'the origin may be told last',
    [alert('web', 0), alert('checkout', 2), alert('inventory', 3)],
    ['web+checkout+inventory from inventory'],
  ],
  ['a stranger stays alone', [alert('checkout', 1), alert('mail', 2)], ['mail from mail', 'checkout from checkout']],
  [
    'so does a neighbour much later',
    [alert('checkout', 1), alert('inventory', 7)],
    ['inventory from inventory', 'checkout from checkout'],
  ],
  ['alerts of one service join', [alert('mail', 1), alert('mail', 2)], ['mail+mail from mail']],
  [
    'of two branches the older is named first',
    [alert('cron', 3), alert('mail', 2), alert('mail', 1)],
    ['mail+mail+cron from mail'],
  ],
])('%s', (_, alerts, expected) => {
  expect(told(joinIncidents(alerts, calls))).toEqual(expected)
})

test('services of a ring are all origins: none is below the others', () => {
  const ring = [
    { caller: 'a', callee: 'b' },
    { caller: 'b', callee: 'a' },
  ]
  expect(told(joinIncidents([alert('b', 1), alert('a', 2)], ring))).toEqual(['b+a from b, a'])
})

/** A repeatable sequence in [0, 1). */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
}

test('a cascade through ten services is told as one, and where it began comes first', () => {
  const random = seeded(7)
  const runs = 200
  let alertsTotal = 0
  let incidentsTotal = 0
  let right = 0
  for (let run = 0; run < runs; run++) {
    // Each service is called by one or two above it; the fault climbs, a minute or so a step, and one alert in twenty is missing.
    const edges = Array.from({ length: 9 }, (_, at) => at + 1).flatMap((callee) =>
      [0, 1].slice(random() < 0.3 ? 0 : 1).map(() => ({ caller: Math.floor(random() * callee), callee })),
    )
    const origin = 5 + Math.floor(random() * 5)
    const startMs = new Map([[origin, 0]])
    for (const service of [origin, ...Array.from({ length: 10 }, (_, at) => 9 - at)])
      for (const { caller, callee } of edges)
        if (callee === service && startMs.has(service) && !startMs.has(caller))
          startMs.set(caller, (startMs.get(service) ?? 0) + 90_000 * random())
    const alerts = [...startMs].flatMap(([service, at]) =>
      Array.from({ length: 3 }, () => ({ service: `s${service}`, startMs: at + 60_000 * random() })).filter(
        () => random() > 0.05,
      ),
    )
    const map = edges.map(({ caller, callee }) => ({ caller: `s${caller}`, callee: `s${callee}` }))
    const incidents = joinIncidents(alerts, map)
    alertsTotal += alerts.length
    incidentsTotal += incidents.length
    if (incidents.some(({ origins, alerts: { length } }) => length > 1 && origins[0] === `s${origin}`)) right++
  }
  expect(alertsTotal / incidentsTotal).toBeGreaterThanOrEqual(5)
  expect(right / runs).toBeGreaterThanOrEqual(0.9)
})

test.each([
  [{ service_name: 'web', job: 'shop/cart' }, 'web'],
  [{ service_name: 'unheard of', job: 'shop/cart' }, 'cart'],
  [{ job: 'node' }, undefined],
])('the service of %j is %s', (labels, expected) => {
  expect(serviceOfAlert(labels, new Set(['web', 'cart']))).toBe(expected)
})
