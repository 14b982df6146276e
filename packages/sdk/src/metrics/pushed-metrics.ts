import type { AttributeEncoding } from '../encode/attributes.ts'
import type { Taken } from '../export/signal-buffer.ts'
import { loadOnDemand } from '../on-demand/load.ts'
import type { Report } from '../report.ts'
import type { MetricsEncoder } from './encode-metrics.ts'
import type { ScopePoints } from './points.ts'

/** What is pushed of the metrics, and when. What turns it into bytes is loaded with the first push, seconds after the start. */
export class PushedMetrics {
  /** All there is, or what changed since the last time. */
  source: () => Iterable<ScopePoints>
  /** Somebody else has the metrics of this process: there is nothing to push. */
  isQuiet = false
  nowUnixMs = 0
  private encoder: MetricsEncoder | undefined = undefined
  private readonly how: AttributeEncoding
  private readonly report: Report

  constructor(metering: { all(): Iterable<ScopePoints> }, how: AttributeEncoding, report: Report) {
    this.source = () => metering.all()
    this.how = how
    this.report = report
  }

  /** Every series that has had a value, or undefined when there is none. */
  encode(nowUnixMs: number): Taken | undefined {
    if (this.isQuiet) return undefined
    this.nowUnixMs = nowUnixMs
    this.encoder ??= loadOnDemand('encode-metrics', this.report)?.openMetricsEncoder(this, this.how)
    return this.encoder?.encode(nowUnixMs)
  }
}
