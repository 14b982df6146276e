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
  // What is the whole process's is told by its main thread; event loop, heap and collector are each thread's own.
  if (process.getBuiltinModule('node:worker_threads').isMainThread) observeProcess(meter)
  observeHeap(meter)
  observeResources(meter)
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

function observeProcess(meter: Meter): void {
  const { readdirSync, readFileSync } = process.getBuiltinModule('node:fs')
  const cpu = { unit: 's', description: 'CPU time used by this process.' }
  meter.observableCounter('process.cpu.time', cpu, (observe) => {
    const { user, system } = process.cpuUsage()
    observe(user / 1e6, { 'cpu.mode': 'user' })
    observe(system / 1e6, { 'cpu.mode': 'system' })
  })
  meter.observableUpDownCounter('process.memory.usage', { unit: 'By', description: 'Resident memory.' }, (observe) =>
    observe(process.memoryUsage.rss()),
  )
  meter.observableGauge('process.uptime', { unit: 's', description: 'Time since the process began.' }, (observe) =>
    observe(process.uptime()),
  )
  const faults = { unit: '{fault}', description: 'Page faults.' }
  meter.observableCounter('process.paging.faults', faults, (observe) => {
    const { minorPageFault, majorPageFault } = process.resourceUsage()
    observe(minorPageFault, { 'system.paging.fault.type': 'minor' })
    observe(majorPageFault, { 'system.paging.fault.type': 'major' })
  })
  const switches = { unit: '{context_switch}', description: 'Times the process was taken off a core.' }
  meter.observableCounter('process.context_switches', switches, (observe) => {
    const { voluntaryContextSwitches, involuntaryContextSwitches } = process.resourceUsage()
    observe(voluntaryContextSwitches, { 'process.context_switch.type': 'voluntary' })
    observe(involuntaryContextSwitches, { 'process.context_switch.type': 'involuntary' })
  })
  if (process.platform !== 'linux') return
  const status = (what: RegExp) => Number(what.exec(readFileSync('/proc/self/status', 'utf8'))?.[1])
  const files = { unit: '{file_descriptor}', description: 'Open file descriptors.' }
  meter.observableUpDownCounter('process.unix.file_descriptor.count', files, (observe) =>
    observe(readdirSync('/proc/self/fd').length - 1),
  )
  meter.observableUpDownCounter('process.memory.virtual', { unit: 'By', description: 'Address space.' }, (observe) =>
    observe(status(/^VmSize:\s+(\d+) kB/m) * 1024),
  )
  meter.observableUpDownCounter('process.thread.count', { unit: '{thread}', description: 'Threads.' }, (observe) =>
    observe(status(/^Threads:\s+(\d+)/m)),
  )
}

function observeHeap(meter: Meter): void {
  const { getHeapSpaceStatistics } = process.getBuiltinModule('node:v8')
  for (const [name, description, read] of [
    ['heap.used', 'Heap space in use.', 'space_used_size'],
    ['heap.limit', 'Heap space taken from the system.', 'space_size'],
    ['heap.space.available_size', 'Heap space that is free.', 'space_available_size'],
    ['heap.space.physical_size', 'Heap space that is in memory.', 'physical_space_size'],
  ] as const) {
    meter.observableUpDownCounter(`v8js.memory.${name}`, { unit: 'By', description }, (observe) => {
      for (const space of getHeapSpaceStatistics()) observe(space[read], { 'v8js.heap.space.name': space.space_name })
    })
  }
}

/** Handles and requests that keep the event loop alive. There is no OpenTelemetry name for them yet. */
function observeResources(meter: Meter): void {
  const options = { unit: '{resource}', description: 'What keeps the event loop alive, by type.' }
  meter.observableUpDownCounter('nodejs.active_resources', options, (observe) => {
    const byType = new Map<string, number>()
    for (const type of process.getActiveResourcesInfo()) byType.set(type, (byType.get(type) ?? 0) + 1)
    for (const [type, count] of byType) observe(count, { 'nodejs.resource.type': type })
  })
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
  const time = { unit: 's', description: 'Time the event loop was active or idle.' }
  meter.observableCounter('nodejs.eventloop.time', time, (observe) => {
    const { active, idle } = performance.eventLoopUtilization()
    observe(active / 1000, { 'nodejs.eventloop.state': 'active' })
    observe(idle / 1000, { 'nodejs.eventloop.state': 'idle' })
  })
  // What is measured is the time between two ticks of a timer: the timer's own interval is not a delay.
  const seconds = (nanos: number) => Math.max(0, nanos / 1e9 - delayResolutionMs / 1000)
  const figures = {
    min: () => delay.min,
    max: () => delay.max,
    mean: () => delay.mean,
    stddev: () => delay.stddev + delayResolutionMs * 1e6,
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
