import { readdirSync, readFileSync } from 'node:fs'
import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks'
import { getHeapSpaceStatistics } from 'node:v8'
import type { Meter, Observe } from '../../public.ts'
import type { Report } from '../../report.ts'
import { Metering, meterOf } from '../metering.ts'
import { seldom } from '../seldom.ts'

const gcKinds = new Map([
  [1, 'minor'],
  [2, 'minor'],
  [4, 'major'],
  [8, 'incremental'],
  [16, 'weakcb'],
])
const delayResolutionMs = 10

const nodeSeriesMax = 500

/** In a metering of their own: an OTLP push has the same under OpenTelemetry's names. */
export function openNodeNames(report: Report): Metering {
  const metering = new Metering({
    settings: { seriesMax: nodeSeriesMax, seriesExpiryMs: 0 },
    report,
    seldom: () => seldom,
    nowUnixMs: Date.now,
    activeSpan: () => undefined,
  })
  addNodeNames(meterOf(metering, { name: 'wakeline/node-names', version: '', schemaUrl: '' }))
  return metering
}

/**
 * The default metrics of prom-client under their names, for dashboards and alerts that exist: process_*, nodejs_*.
 * Runs from the first scrape on, as long as the process.
 */
function addNodeNames(meter: Meter): void {
  const gauge = (name: string, description: string, observe: Observe) =>
    meter.observableGauge(name, { description }, observe)
  addProcess(meter, gauge)
  addHeap(gauge)
  addResources(gauge)
  addEventLoop(gauge)
  addGarbageCollection(meter)
  gauge('nodejs_version_info', 'Node.js version info.', (observe) => {
    const [major, minor, patch] = process.versions.node.split('.')
    observe(1, { version: process.version, major, minor, patch })
  })
}

type AddGauge = (name: string, description: string, observe: Observe) => void

function addProcess(meter: Meter, gauge: AddGauge): void {
  const cpu = (name: string, kind: string, read: (usage: NodeJS.CpuUsage) => number) =>
    meter.observableCounter(name, { description: `Total ${kind} CPU time spent in seconds.` }, (observe) =>
      observe(read(process.cpuUsage()) / 1e6),
    )
  cpu('process_cpu_user_seconds', 'user', ({ user }) => user)
  cpu('process_cpu_system_seconds', 'system', ({ system }) => system)
  cpu('process_cpu_seconds', 'user and system', ({ user, system }) => user + system)
  const startSeconds = Math.round(performance.timeOrigin / 1000)
  gauge('process_start_time_seconds', 'Start time of the process since unix epoch in seconds.', (observe) =>
    observe(startSeconds),
  )
  gauge('process_resident_memory_bytes', 'Resident memory size in bytes.', (observe) =>
    observe(process.memoryUsage.rss()),
  )
  if (process.platform !== 'linux') return
  gauge('process_open_fds', 'Number of open file descriptors.', (observe) =>
    observe(readdirSync('/proc/self/fd').length - 1),
  )
  gauge('process_max_fds', 'Maximum number of open file descriptors.', (observe) => {
    const limit = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]
    if (limit !== undefined) observe(Number(limit))
  })
  gauge('process_virtual_memory_bytes', 'Virtual memory size in bytes.', (observe) => {
    const kibibytes = /^VmSize:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
    if (kibibytes !== undefined) observe(Number(kibibytes) * 1024)
  })
}

function addHeap(gauge: AddGauge): void {
  gauge('nodejs_heap_size_total_bytes', 'Process heap size from Node.js in bytes.', (observe) =>
    observe(process.memoryUsage().heapTotal),
  )
  gauge('nodejs_heap_size_used_bytes', 'Process heap size used from Node.js in bytes.', (observe) =>
    observe(process.memoryUsage().heapUsed),
  )
  gauge('nodejs_external_memory_bytes', 'Node.js external memory size in bytes.', (observe) =>
    observe(process.memoryUsage().external),
  )
  for (const [what, read] of [
    ['total', 'space_size'],
    ['used', 'space_used_size'],
    ['available', 'space_available_size'],
  ] as const) {
    gauge(`nodejs_heap_space_size_${what}_bytes`, `Process heap space size ${what} in bytes.`, (observe) => {
      for (const space of getHeapSpaceStatistics()) {
        observe(space[read], { space: space.space_name.replace(/_space$/, '') })
      }
    })
  }
}

function addResources(gauge: AddGauge): void {
  const listed = (name: string, what: string, list: () => readonly string[]) => {
    gauge(name, `Number of active ${what}, by type.`, (observe) => {
      const byType = new Map<string, number>()
      for (const type of list()) byType.set(type, (byType.get(type) ?? 0) + 1)
      for (const [type, count] of byType) observe(count, { type })
    })
    gauge(`${name}_total`, `Total number of active ${what}.`, (observe) => observe(list().length))
  }
  // Node's own listing of handles and requests is not documented; prom-client reads it too.
  const internal = (name: string) => (): string[] => {
    const read: unknown = Reflect.get(process, name)
    const found: unknown = typeof read === 'function' ? Reflect.apply(read, process, []) : []
    return Array.isArray(found) ? found.map((one: unknown) => Object(one).constructor?.name ?? 'unknown') : []
  }
  listed('nodejs_active_resources', 'resources that keep the event loop alive', () => process.getActiveResourcesInfo())
  listed('nodejs_active_handles', 'handles', internal('_getActiveHandles'))
  listed('nodejs_active_requests', 'requests', internal('_getActiveRequests'))
}

function addEventLoop(gauge: AddGauge): void {
  const delay = monitorEventLoopDelay({ resolution: delayResolutionMs })
  delay.enable()
  // What is measured is the time between two ticks of a timer: the timer's own interval is not a delay.
  const seconds = (nanos: number) => Math.max(0, nanos / 1e9 - delayResolutionMs / 1000)
  gauge('nodejs_eventloop_lag_seconds', 'Lag of event loop in seconds.', (observe) => {
    const startMs = performance.now()
    return new Promise((resolve) => {
      setImmediate(() => {
        observe((performance.now() - startMs) / 1000)
        resolve()
      })
    })
  })
  const figures = {
    min: () => seconds(delay.min),
    max: () => seconds(delay.max),
    mean: () => seconds(delay.mean),
    stddev: () => delay.stddev / 1e9,
    p50: () => seconds(delay.percentile(50)),
    p90: () => seconds(delay.percentile(90)),
    p99: () => seconds(delay.percentile(99)),
  }
  for (const [name, read] of Object.entries(figures)) {
    gauge(`nodejs_eventloop_lag_${name}_seconds`, `The ${name} of the recorded event loop delays.`, (observe) => {
      observe(delay.count > 0 ? read() : 0)
      if (name === 'p99') delay.reset()
    })
  }
}

function addGarbageCollection(meter: Meter): void {
  const pauses = meter.histogram('nodejs_gc_duration_seconds', {
    description: 'Garbage collection duration by kind, one of major, minor, incremental or weakcb.',
    boundaries: [0.001, 0.01, 0.1, 1, 2, 5],
  })
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const kind: unknown = Reflect.get(Object(Reflect.get(entry, 'detail')), 'kind')
      pauses.record(entry.duration / 1000, { kind: gcKinds.get(Number(kind)) ?? 'other' })
    }
  })
  observer.observe({ entryTypes: ['gc'] })
}
