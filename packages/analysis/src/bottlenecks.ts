import type { Component, ComponentTime } from './critical-components.ts'
import { groupedBy } from './groups.ts'
import { medianOfSorted } from './statistics.ts'

/**
 * What makes requests slower than they were. For every endpoint and component the time per trace now is held against
 * windows before:
 *
 *   before    |--w--|--w--|--w--| ...  |--w--|     now  |------|
 *   per trace   12     14     11         13               1513 ms     rise   1501 ms
 *                                                                    spread: how far such a mean strays by itself
 *   excess = rise - k * spread - least     is what chance does not explain; times the traces it is what the rise cost
 *
 * `rise` is of means and sums over components to the whole; `excess` decides. Medians are of the windows' means, so that one bad
 * window before does not hide a bad one now.
 */

/** One request: an entry span and all below it. `endpoint` is what is compared: the same work, before and now. */
export type RequestTimes = {
  traceId: string
  endpoint: string
  /** What failed before did not do the usual work, and is not held against what is done now. */
  failed: boolean
  components: ComponentTime[]
}

export type BottleneckOptions = {
  /** How many spreads a rise has to exceed. 5: a study's choice over 101 injected faults (docs/decisions/0109). */
  spreads: number
  /** A rise below this is never told, nor one below a tenth of what it was. */
  riseLeastNano: number
  /** A window, and now, with fewer traces of an endpoint tells nothing of it. */
  tracesLeast: number
}
export const bottleneckDefaults: BottleneckOptions = { spreads: 5, riseLeastNano: 200_000, tracesLeast: 3 }

export type Bottleneck = Component & {
  key: string
  endpoint: string
  /** Requests of the endpoint now. */
  traces: number
  /** Critical nanoseconds a trace. */
  beforeNano: number
  nowNano: number
  /** Above 0: chance does not explain the rise. */
  excessNano: number
  /** Spans of the component a trace: more of them is another finding than slower ones. */
  spansBefore: number
  spansNow: number
  /** The operation that rose most. */
  operation: string
  /** The request with the most of it, and the one in the middle of those that have more than before. */
  exemplars: string[]
}

/** Every component of every endpoint that was there before and now, whatever excess costs most first; falls are among them. */
export function findBottlenecks(
  now: readonly RequestTimes[],
  before: readonly (readonly RequestTimes[])[],
  options: BottleneckOptions = bottleneckDefaults,
): Bottleneck[] {
  const earlier = before.map((window) => byEndpoint(window.filter(({ failed }) => !failed)))
  const found: Bottleneck[] = []
  for (const [endpoint, requests] of byEndpoint(now)) {
    const windows = windowsOf(
      earlier.map((window) => window.get(endpoint) ?? []),
      options.tracesLeast,
    )
    if (requests.length < options.tracesLeast || windows.length === 0) continue
    for (const component of componentsOf([requests, ...windows]))
      found.push(compare({ endpoint, component, requests, windows, options }))
  }
  return found.sort((a, b) => b.excessNano * b.traces - a.excessNano * a.traces || (a.key < b.key ? -1 : 1))
}

const byEndpoint = (requests: readonly RequestTimes[]): Map<string, RequestTimes[]> =>
  groupedBy(requests, ({ endpoint }) => endpoint)

function componentsOf(windows: readonly (readonly RequestTimes[])[]): ComponentTime[] {
  const components = new Map<string, ComponentTime>()
  for (const window of windows)
    for (const request of window) for (const each of request.components) components.set(each.key, each)
  return [...components.values()]
}

/** Windows with enough in them, or all as one where hardly any has. */
function windowsOf(windows: readonly RequestTimes[][], tracesLeast: number): RequestTimes[][] {
  const full = windows.filter((window) => window.length >= tracesLeast)
  const all = windows.flat()
  if (full.length > 1 || all.length < tracesLeast) return full
  return [all]
}

type Comparison = {
  endpoint: string
  component: ComponentTime
  requests: readonly RequestTimes[]
  windows: readonly (readonly RequestTimes[])[]
  options: BottleneckOptions
}

function compare({ endpoint, component, requests, windows, options }: Comparison): Bottleneck {
  const { key, service, caller } = component
  const timeOf = (request: RequestTimes): number => partOf(request, key)?.nano ?? 0
  const spansOf = (request: RequestTimes): number => partOf(request, key)?.spans ?? 0
  const earlier = windows.flat()
  const times = windows.map((window) => window.map(timeOf))
  const nowNano = mean(requests.map(timeOf))
  const beforeNano = median(times.map(mean))
  const rise = meanButLargest(requests.map(timeOf)) - median(times.map(meanButLargest))
  const least = Math.max(options.riseLeastNano, beforeNano / 10)
  return {
    key,
    service,
    ...(caller !== undefined && { caller }),
    endpoint,
    traces: requests.length,
    beforeNano,
    nowNano,
    excessNano: rise - options.spreads * spreadOf(times, requests.length) - least,
    spansBefore: mean(earlier.map(spansOf)),
    spansNow: mean(requests.map(spansOf)),
    operation: mostRisen(key, requests, earlier),
    exemplars: exemplarsOf(requests, timeOf, beforeNano),
  }
}

const partOf = (request: RequestTimes, key: string): ComponentTime | undefined =>
  request.components.find((component) => component.key === key)

/**
 * How far the mean of `now` traces strays by itself: what so few traces make of the variance between traces before, and what windows
 * differ by beyond that (load, time of day). With one window before there is only the first. Of few traces the variance is itself a
 * guess, and the spread is that of Student's t.
 */
function spreadOf(windows: readonly (readonly number[])[], now: number): number {
  const all = windows.flat()
  const means = windows.map(mean)
  const variance = varianceOf(all)
  const between = (1.4826 * median(means.map((each) => Math.abs(each - median(means))))) ** 2
  const byChance = mean(windows.map((window) => variance / window.length))
  const student = all.length > 3 ? (all.length - 1) / (all.length - 3) : Infinity
  return Math.sqrt(student * (Math.max(0, between - byChance) + variance / all.length + variance / now))
}

/** One request says nothing of the others: a single slow one would look like a rise of all. */
function meanButLargest(values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0)
  return (sum - Math.max(...values)) / Math.max(1, values.length - 1)
}

function mostRisen(key: string, now: readonly RequestTimes[], before: readonly RequestTimes[]): string {
  const rises = new Map<string, number>()
  const add = (requests: readonly RequestTimes[], sign: number): void => {
    for (const request of requests)
      for (const [operation, nano] of partOf(request, key)?.operations ?? [])
        rises.set(operation, (rises.get(operation) ?? 0) + (sign * nano) / requests.length)
  }
  add(now, 1)
  add(before, -1)
  return [...rises].reduce<[string, number]>((most, each) => (each[1] > most[1] ? each : most), ['', -Infinity])[0]
}

function exemplarsOf(
  requests: readonly RequestTimes[],
  timeOf: (request: RequestTimes) => number,
  beforeNano: number,
): string[] {
  const risen = requests.filter((request) => timeOf(request) > beforeNano).sort((a, b) => timeOf(b) - timeOf(a))
  const ids = [risen[0], risen[Math.floor(risen.length / 2)]].flatMap((request) =>
    request === undefined ? [] : [request.traceId],
  )
  return [...new Set(ids)]
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
}

const median = (values: readonly number[]): number => medianOfSorted(values.toSorted((a, b) => a - b))

function varianceOf(values: readonly number[]): number {
  const middle = mean(values)
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / Math.max(1, values.length - 1)
}
