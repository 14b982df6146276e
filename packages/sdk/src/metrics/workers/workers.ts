import { isMainThread } from '../../node-parts.ts'
import { loadOnDemand } from '../../on-demand/load.ts'
import type { Report } from '../../report.ts'
import type { Metering } from '../metering.ts'
import type { PushedMetrics } from '../pushed-metrics.ts'
import type { Gathering } from './gathering.ts'
import type { Member } from './member.ts'

export interface WorkersParts {
  readonly metering: Metering
  readonly encoder: PushedMetrics
  readonly report: Report
  schedule(run: () => void, delayMs: number): NodeJS.Timeout
}

/**
 * Metrics of `cluster` workers and threads come together where those were made, without being asked for. What does that
 * is loaded when there is a worker.
 */
export class Workers {
  private readonly parts: WorkersParts
  /** In a worker: its side. */
  readonly member: Member | undefined = undefined
  private gathering: Gathering | undefined = undefined
  private isCollecting = false
  private pushes = false
  /** The process ends: threads that are made now are the SDK's own. */
  isOver = false

  constructor(parts: WorkersParts) {
    this.parts = parts
    // A child process with a channel may be a worker of cluster: the part looks closer.
    if (!isMainThread() || process.connected) this.member = loadOnDemand('metrics', parts.report)?.joinPrimary(parts)
    const { subscribe } = process.getBuiltinModule('node:diagnostics_channel')
    subscribe('worker_threads', (message) => this.gather()?.watchThread(Reflect.get(Object(message), 'worker')))
    subscribe('child_process', (message) => {
      const child: unknown = Reflect.get(Object(message), 'process')
      // It has a channel once it was forked.
      process.nextTick(() => {
        if (Reflect.get(Object(child), 'channel')) this.gather()?.watchCluster()
      })
    })
  }

  /** Somebody collects the metrics of this process. */
  begin(pushes: boolean): void {
    this.isCollecting = true
    this.pushes ||= pushes
    this.gathering?.begin(pushes)
  }

  end(): void {
    this.isCollecting = false
    this.pushes = false
    this.gathering?.end()
  }

  gather(): Gathering | undefined {
    if (this.gathering === undefined && !this.isOver) {
      this.gathering = loadOnDemand('metrics', this.parts.report)?.openGathering(this.parts)
      if (this.isCollecting) this.gathering?.begin(this.pushes)
    }
    return this.gathering
  }
}
