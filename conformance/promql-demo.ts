/**
 * The demo series that the compliance queries are about, like those of Prometheus' demo service: three instances of one
 * job, sampled every 15 s. Made by formulas and a seeded generator: the same every time.
 */
export type DemoSeries = {
  labels: readonly (readonly [name: string, value: string])[]
  samples: readonly (readonly [timeMs: number, value: number])[]
}

const startMs = Date.UTC(2026, 0, 5, 10)
const intervalMs = 15_000
const lengthMs = 2 * 3_600_000

/** Off the samples: every 10 s, 0.3, 10.3 and 5.3 s after one; no range of whole seconds begins or ends at a sample. */
export const demoTimes = { startMs: startMs + 5_400_300, endMs: startMs + 6_600_300, stepMs: 10_000 }

export function demoSeries(): DemoSeries[] {
  let state = 20260105
  const random = (): number => {
    state = (state * 16_807) % 2_147_483_647
    return state / 2_147_483_647
  }
  return ['demo-a:10000', 'demo-b:10001', 'demo-c:10002'].flatMap((instance, which) =>
    seriesOf(instance, which, random),
  )
}

function seriesOf(instance: string, which: number, random: () => number): DemoSeries[] {
  const series = (name: string, more: Record<string, string>, value: (i: number) => number | undefined): DemoSeries => {
    const samples: [number, number][] = []
    for (let i = 0; i * intervalMs < lengthMs; i++) {
      const at = value(i)
      if (at !== undefined) samples.push([startMs + i * intervalMs, at])
    }
    return { labels: Object.entries({ __name__: name, instance, job: 'demo', ...more }), samples }
  }
  const memory = { used: 2e8, cached: 9e7, buffers: 3e7, free: 6e7 }
  let full = 1e9 * (which + 1)
  return [
    ...Object.entries(memory).map(([type, size]) =>
      series('demo_memory_usage_bytes', { type }, (i) =>
        Math.round(size * (1 + 0.2 * Math.sin(i / 9 + which)) + random() * 1e6),
      ),
    ),
    series('demo_num_cpus', {}, () => 4),
    series('demo_disk_total_bytes', {}, () => 5e10),
    series('demo_disk_usage_bytes', {}, () => {
      full += Math.floor(random() * 30_000)
      return full
    }),
    series(
      'demo_batch_last_success_timestamp_seconds',
      {},
      (i) => startMs / 1000 + Math.floor(i / (7 + which)) * 100.5,
    ),
    // There for some minutes, then away longer than a sample counts.
    series('demo_intermittent_metric', {}, (i) => ((i + which * 5) % 60 < 25 ? i : undefined)),
    ...['idle', 'user', 'system'].map((mode, m) => {
      let total = 0
      return series('demo_cpu_usage_seconds_total', { mode }, (i) => {
        // A restart now and then.
        total = (i + which) % 97 === 0 ? 0 : total + random() * (m + 1) * 5
        return total
      })
    }),
    ...requestsOf(series, random),
  ]
}

type MakeSeries = (name: string, more: Record<string, string>, value: (i: number) => number) => DemoSeries

function requestsOf(series: MakeSeries, random: () => number): DemoSeries[] {
  const name = 'demo_api_request_duration_seconds'
  const bounds = ['0.0001', '0.001', '0.01', '0.1', '1', '+Inf']
  return ['/api/foo', '/api/bar'].flatMap((path) =>
    ['GET', 'POST'].flatMap((method) => {
      const more = { path, method, status: '200' }
      const rates = bounds.map(() => 1 + random() * 4)
      const upTo = (bound: number): number => rates.slice(0, bound + 1).reduce((a, b) => a + b, 0)
      return [
        ...bounds.map((le, b) => series(`${name}_bucket`, { ...more, le }, (i) => Math.floor(i * upTo(b)))),
        series(`${name}_count`, more, (i) => Math.floor(i * upTo(bounds.length))),
        series(`${name}_sum`, more, (i) => i * upTo(bounds.length) * 0.05),
      ]
    }),
  )
}
