import type { ErrorsAnswer } from '@wakeline/protocol'
import { askResources } from './origins.ts'
import { type ErrorRow, errorsSql } from './plan/errors.ts'
import type { Running } from './run.ts'
import { versionsOf } from './service-parts.ts'
import { readableStep, stepTimes, type TimeRange } from './time-range.ts'
import { errorGroups } from './view/errors.ts'

/** `service` '' is every one. */
export type ErrorsAsk = TimeRange & { service: string }

/** What the engine tells apart and fingerprints then put together: an error with many kinds of causes is several. */
const groupsMax = 2000
const shownMax = 100
const steps = 40

/** Exceptions of spans and log records, the same error together by its fingerprint; as long a time before tells which are new. */
export async function askErrors(ask: ErrorsAsk, running: Running): Promise<ErrorsAnswer> {
  const beforeMs = Math.max(0, 2 * ask.fromMs - ask.toMs)
  const stepMs = readableStep((ask.toMs - ask.fromMs) / steps)
  const times = stepTimes(ask, stepMs)
  const rows = await running.rows<ErrorRow>(errorsSql({ ...ask, beforeMs, stepMs, groupsMax }))
  const groups = errorGroups(rows, times)
  const shown = groups.slice(0, shownMax)
  const resources = await askResources(
    shown.flatMap((group) => group.resources),
    running,
  )
  return {
    times,
    stepMs,
    lookedBackToMs: beforeMs,
    errors: shown.map(({ resources: ids, ...group }) => ({ ...group, versions: versionsOf(ids, resources) })),
    errorsTotal: groups.length,
    isPartial: Number(rows[0]?.total ?? 0) > rows.length,
    cost: running.cost(),
  }
}
