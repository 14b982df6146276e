import type { Metering } from '../metrics/metering.ts'
import type { Meter } from '../public.ts'

const gcKinds = new Map([
  [1, 'minor'],
  [2, 'minor'],
  [4, 'major'],
  [8, 'incremental'],
  [16, 'weakcb'],
])
const delayResolutionMs = 20

/** CPU, memory, event loop and garbage collection under their OpenTelemetry names. Returns how to stop. */
export function startProcessMetrics(metering: Metering, meter: Meter): () => void {
  let stopWatching = () => {}
  const forget = metering.observersOf(() => {
    stopWatching = watch(meter)
  })
  return () => {
    forget()
    stopWatching()
  }
}

function watch(meter: Meter): () => void {
  const { PerformanceObserver, monitorEventLoopDelay } = process.getBuiltinModule('node:perf_hooks')
  meter.observableCounter(
    'process.cpu.time',
    { unit: 's', description: 'CPU time used by this process.' },
    (observe) => {
      const { user, system } = process.cpuUsage()
      observe(user / 1e6, { 'cpu.mode': 'user' })
      observe(system / 1e6, { 'cpu.mode': 'system' })
    },
  )
  meter.observableUpDownCounter('process.memory.usage', { unit: 'By', description: 'Resident memory.' }, (observe) =>
    observe(process.memoryUsage.rss()),
  )
  meter.observableGauge('process.uptime', { unit: 's', description: 'Time since the process began.' }, (observe) =>
    observe(process.uptime()),
  )
  const heap = { unit: 'By', description: 'Heap space in use.' }
  meter.observableUpDownCounter('v8js.memory.heap.used', heap, (observe) => {
    for (const space of process.getBuiltinModule('node:v8').getHeapSpaceStatistics()) {
      observe(space.space_used_size, { 'v8js.heap.space.name': space.space_name })
    }
  })
  const delay = monitorEventLoopDelay({ resolution: delayResolutionMs })
  delay.enable()
  observeLoop(meter, delay)
  const pauses = meter.histogram('v8js.gc.duration', {
    unit: 's',
    description: 'Garbage collection pauses.',
    boundaries: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1],
  })
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const detail: unknown = Reflect.get(entry, 'detail')
      const kind: unknown = typeof detail === 'object' && detail !== null ? Reflect.get(detail, 'kind') : undefined
      pauses.record(entry.duration / 1000, { 'v8js.gc.type': gcKinds.get(Number(kind)) ?? 'other' })
    }
  })
  observer.observe({ entryTypes: ['gc'] })
  return () => {
    delay.disable()
    observer.disconnect()
  }
}

/** Delay since the last collection, and the share of time the loop was busy. */
function observeLoop(meter: Meter, delay: import('node:perf_hooks').IntervalHistogram): void {
  let before = performance.eventLoopUtilization()
  meter.observableGauge(
    'nodejs.eventloop.utilization',
    { unit: '1', description: 'Busy share of the event loop.' },
    (observe) => {
      const now = performance.eventLoopUtilization()
      observe(performance.eventLoopUtilization(now, before).utilization)
      before = now
    },
  )
  // What is measured is the time between two ticks of a timer: the timer's own interval is not a delay.
  const seconds = (nanos: number) => Math.max(0, nanos / 1e9 - delayResolutionMs / 1000)
  const figures = {
    min: () => delay.min,
    max: () => delay.max,
    mean: () => delay.mean,
    p50: () => delay.percentile(50),
    p90: () => delay.percentile(90),
    p99: () => delay.percentile(99),
  }
  const reads = Object.entries(figures)
  for (const [name, read] of reads) {
    const options = { unit: 's', description: `Event loop delay, ${name}.` }
    meter.observableGauge(`nodejs.eventloop.delay.${name}`, options, (observe) => {
      if (delay.count > 0) observe(seconds(read()))
      if (name === reads.at(-1)?.[0]) delay.reset()
    })
  }
}
