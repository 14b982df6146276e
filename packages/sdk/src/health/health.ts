import { getHeapStatistics } from 'node:v8'
import type { Core } from '../core.ts'
import { plainValue } from '../encode/plain-value.ts'
import { meterOf } from '../metrics/metering.ts'
import type { HttpResponse } from '../public.ts'
import { createHealthChecks } from './checks.ts'
import { overload, retryAfter } from './load-shedding.ts'
import { type LoopDelay, watchLoopDelay } from './loop-delay.ts'
import { answerProbe, type ProbeAnswer, type ProbeState, readProbePath } from './probes.ts'
import type {
  EventLoopCheckOptions,
  Health,
  HealthCheck,
  HealthChecks,
  HttpHandler,
  LoadSheddingOptions,
  ProbeOptions,
} from './public.ts'
import { diskCheck, eventLoopCheckOf, memoryCheck } from './ready-made.ts'

const scope = { name: 'wakeline/health', version: '', schemaUrl: '' }

/** The health of this process: its checks, its probes, and how much it may take on. */
export class ProcessHealth implements Health {
  readonly state: ProbeState = { starting: new Set(), started: false, unready: undefined }
  private readonly core: Core
  private readonly checks: HealthChecks
  private loopDelay: LoopDelay | undefined = undefined
  private heapSeenAtMs = Number.NEGATIVE_INFINITY
  private heapShareSeen = 0

  constructor(core: Core) {
    this.core = core
    const meter = meterOf(core.metering, scope)
    const status = meter.gauge('health_check_status', { description: 'Health check status (1 healthy, 0 unhealthy).' })
    const duration = meter.histogram('health_check_duration_seconds', {
      unit: 's',
      description: 'Duration of health checks.',
    })
    const clock = { nowUnixMs: () => Math.round(core.clock.nowUnixMs()), elapsedMs: () => performance.now() }
    this.checks = createHealthChecks(clock, (name, result) => {
      status.set(result.healthy ? 1 : 0, { check_name: name })
      duration.record(result.durationSeconds, { check_name: name })
    })
  }

  add: HealthChecks['add'] = (name, check, options) => this.checks.add(name, check, options)

  run: HealthChecks['run'] = () => this.checks.run()

  starting(name: string): () => void {
    this.state.starting.add(name)
    return () => this.state.starting.delete(name)
  }

  unready(reason: string | undefined): void {
    this.state.unready = reason
  }

  async probe(
    url: string,
    { prefix = '', verbose: mayBeVerbose = true }: ProbeOptions = {},
  ): Promise<ProbeAnswer | undefined> {
    const asked = readProbePath(url, prefix)
    if (asked === undefined) return undefined
    const { status, body } = await answerProbe(asked.probe, this.checks, this.state)
    const { checks, ...brief } = body
    if (!asked.verbose || !mayBeVerbose) return { status, body: brief }
    return { status, body: { ...brief, checks: checks ?? {} } }
  }

  handler(options: ProbeOptions = {}): HttpHandler {
    const { prefix = '' } = options
    return (request, response) => {
      const { method, url = '' } = request
      if ((method !== 'GET' && method !== 'HEAD') || readProbePath(url, prefix) === undefined) return false
      this.probe(url, options).then(
        (found) => found !== undefined && this.send(response, found),
        (thrown) => this.core.report(`Cannot answer a health probe: ${String(thrown)}`),
      )
      return true
    }
  }

  /** As text: a detail may be anything, a secret or a cycle too. */
  print({ body }: ProbeAnswer): string {
    return `${JSON.stringify(plainValue(body, this.core.how.keys, this.core.how.limits))}\n`
  }

  private send(response: HttpResponse, answer: ProbeAnswer): void {
    response.statusCode = answer.status
    response.setHeader('content-type', 'application/json; charset=utf-8')
    response.setHeader('cache-control', 'no-store')
    response.end(this.print(answer))
  }

  shedding(options: LoadSheddingOptions = {}): HttpHandler {
    const delay = this.delay()
    const refused = meterOf(this.core.metering, scope).counter('wakeline.requests.shed', {
      unit: '{request}',
      description: 'Requests refused because the process was overloaded.',
    })
    let requests = 0
    const load = { delay, heapShare: () => this.heapShare(), requests: () => requests }
    return (_request, response) => {
      const reason = overload(load, options)
      if (reason === undefined) {
        requests++
        response.once('close', () => requests--)
        return false
      }
      refused.add(1, { reason })
      response.statusCode = 503
      response.setHeader('retry-after', String(retryAfter(options, Math.random)))
      response.setHeader('content-type', 'application/json; charset=utf-8')
      response.end('{"status":"overloaded"}\n')
      return true
    }
  }

  eventLoopCheck = (options: EventLoopCheckOptions = {}): HealthCheck => eventLoopCheckOf(() => this.delay(), options)
  memoryCheck: typeof memoryCheck = memoryCheck
  diskCheck: typeof diskCheck = diskCheck

  /** Watching costs a hundred timers a second: it begins with the first who wants to know. */
  private delay(): LoopDelay {
    this.loopDelay ??= watchLoopDelay()
    return this.loopDelay
  }

  /** Reading heap statistics takes microseconds: ten times a second is enough. */
  private heapShare(): number {
    const nowMs = performance.now()
    if (nowMs - this.heapSeenAtMs > 100) {
      const { used_heap_size, heap_size_limit } = getHeapStatistics()
      this.heapShareSeen = used_heap_size / heap_size_limit
      this.heapSeenAtMs = nowMs
    }
    return this.heapShareSeen
  }
}

export function healthOf(core: Core): ProcessHealth {
  return core.once('health', () => new ProcessHealth(core))
}
