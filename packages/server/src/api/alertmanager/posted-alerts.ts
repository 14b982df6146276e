import { z } from 'zod'
import { fingerprintOf, type NotifyAlert } from '../../alert/notifier/notify-alert.ts'
import { isWellFormed } from '../../query/promql/parse/literals.ts'

const labels = z.record(z.string(), z.string())
/** Of the year 1 where none is given, as Go writes it. */
const time = z.iso
  .datetime({ offset: true })
  .optional()
  .transform((text) => (text === undefined || text.startsWith('0001-01-01T00:00:00') ? undefined : Date.parse(text)))
const posted = z.array(
  z.object({
    labels,
    annotations: labels.optional(),
    startsAt: time,
    endsAt: time,
    generatorURL: z.string().optional(),
  }),
)

export type ReadAlerts = { readonly alerts: readonly NotifyAlert[]; readonly wrong: readonly string[] }

/** Alerts as Prometheus posts them: what is right is taken, and what is not is told of. Or why nothing can be read. */
export function readPostedAlerts(body: unknown, of: { nowMs: number; resolveTimeoutMs: number }): ReadAlerts | string {
  const read = posted.safeParse(body)
  if (!read.success) {
    const [issue] = read.error.issues
    return `Cannot read the alerts: ${issue?.message} (at ${issue?.path.join('.') || 'the top'}); a list of {"labels": {...}} is expected`
  }
  const alerts: NotifyAlert[] = []
  const wrong: string[] = []
  for (const [i, each] of read.data.entries()) {
    const alert = alertOf(each, of)
    if (typeof alert === 'string') wrong.push(`Cannot take alert ${i}: ${alert}`)
    else alerts.push(alert)
  }
  return { alerts, wrong }
}

function alertOf(
  given: z.infer<typeof posted>[number],
  { nowMs, resolveTimeoutMs }: { nowMs: number; resolveTimeoutMs: number },
): NotifyAlert | string {
  const labels = Object.fromEntries(Object.entries(given.labels).filter(([, value]) => value !== ''))
  const startsAtMs = given.startsAt ?? given.endsAt ?? nowMs
  const endsAtMs = given.endsAt ?? nowMs + resolveTimeoutMs
  if (Object.keys(labels).length === 0) return 'it has no labels'
  const texts = [...Object.entries(labels), ...Object.entries(given.annotations ?? {})]
  const ill = texts.find(([name, value]) => name === '' || !isWellFormed(name + value))
  if (ill !== undefined) return `"${ill[0]}" is no name, or its value is not UTF-8`
  if (endsAtMs < startsAtMs) return 'it ends before it begins'
  return {
    fingerprint: fingerprintOf(labels),
    labels,
    annotations: given.annotations ?? {},
    startsAtMs,
    endsAtMs,
    updatedAtMs: nowMs,
    generatorUrl: given.generatorURL ?? '',
    isEndGuessed: given.endsAt === undefined,
  }
}
