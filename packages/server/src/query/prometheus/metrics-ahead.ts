import type { Running } from '../run.ts'
import { Coverage, type Part, partsInRange } from './parts.ts'
import { type MetricRow, metricsSql, type SampleRange } from './plan.ts'

/**
 * What was measured on the days of a range, asked for while parts are still being listed, which together is a tenth of the time that
 * a question takes:
 *
 *   question before   parts
 *   this one                   parts    series ...
 *                              metrics
 *
 * Series may be kept only as those of parts that every statement behind them has seen, and a part that came while these two ran may
 * be in the list alone. The parts of a question before were there when this one began: where the list has nothing else,
 * metrics are of all it has. Where it has, they are asked for again.
 */
export class MetricsAhead {
  readonly #range: SampleRange
  readonly #running: Running
  readonly #seen = new Coverage()
  readonly #rows: Promise<readonly MetricRow[]>

  /** `listed` before the question began. */
  constructor(range: SampleRange, listed: readonly Part[], running: Running) {
    this.#range = range
    this.#running = running
    this.#seen.add(partsInRange(listed, 'series', range))
    this.#rows = askMetrics(range, running)
    // There may be nobody to hear of it.
    this.#rows.catch(() => {})
  }

  /** Those of all that these parts hold. */
  of(parts: readonly Part[]): Promise<readonly MetricRow[]> {
    const isSeen = partsInRange(parts, 'series', this.#range).every((part) => this.#seen.has(part))
    return isSeen ? this.#rows : askMetrics(this.#range, this.#running)
  }
}

const askMetrics = (range: SampleRange, running: Running): Promise<readonly MetricRow[]> =>
  running.rows<MetricRow>(metricsSql(range))
