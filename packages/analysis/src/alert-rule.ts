/**
 * The alerts of one rule and how they change, as in Prometheus: a pure function from evaluation to evaluation, so that
 * what runs, what is tested against other people's cases and what is tried on old data cannot disagree.
 *
 *                 in the answer            for as long as `hold`
 *   (no alert) ─────────────────▶ pending ──────────────────────▶ firing ─┐ out of the answer, for `keepFiring`
 *       ▲                            │                              │  ▲──┘
 *       │◀─── out of the answer ─────┘                              ▼
 *       └──────────────────── 15 minutes ◀──────────────────── inactive (resolved, and told again until then)
 *
 * Times are Unix milliseconds.
 */
export type AlertPhase = 'pending' | 'firing' | 'inactive'

export type LabelPairs = readonly (readonly [name: string, value: string])[]

export type Alert = {
  /** The same text for the same labels. */
  readonly key: string
  readonly labels: LabelPairs
  readonly annotations: LabelPairs
  readonly value: number
  readonly phase: AlertPhase
  /** Of the first evaluation that had it in its answer. */
  readonly activeAtMs: number
  /** Undefined where it has not come to that. */
  readonly firedAtMs: number | undefined
  readonly resolvedAtMs: number | undefined
  /** Of the first clean evaluation while it goes on firing. */
  readonly keepFiringSinceMs: number | undefined
  readonly lastSentAtMs: number | undefined
}

/** What an evaluation found, with the labels and annotations of the rule put to it. */
export type AlertSample = Pick<Alert, 'key' | 'labels' | 'annotations' | 'value'>

export type AlertTimes = {
  /** `for`. */
  readonly holdMs: number
  /** `keep_firing_for`. */
  readonly keepFiringMs: number
  /** Of alerts that are pending or firing; 0 for none. */
  readonly limit: number
}

export type AlertState = ReadonlyMap<string, Alert>
export type AlertTransition = {
  readonly alert: Alert
  readonly from: AlertPhase | 'none'
  readonly to: AlertPhase | 'none'
}
export type AlertStep = {
  readonly state: AlertState
  readonly transitions: readonly AlertTransition[]
  /** '' when all is well; the evaluation counts as failed otherwise. */
  readonly error: string
}

export const resolvedRetentionMs = 15 * 60_000

/** What one evaluation makes of the alerts that were there. The same labels twice leave all as it was; too many alerts end all. */
export function stepAlerts(
  rule: AlertTimes,
  before: AlertState,
  samples: readonly AlertSample[],
  nowMs: number,
): AlertStep {
  const found = new Map(samples.map((sample) => [sample.key, sample]))
  if (found.size < samples.length) {
    const error = 'vector contains metrics with the same labelset after applying alert labels'
    return { state: before, transitions: [], error }
  }
  const state = new Map<string, Alert>()
  const transitions: AlertTransition[] = []
  let active = 0
  const keep = (was: Alert | undefined, is: Alert | undefined): void => {
    const from = was?.phase ?? 'none'
    const to = is?.phase ?? 'none'
    const alert = is ?? was
    if (is !== undefined) state.set(is.key, is)
    if (to === 'pending' || to === 'firing') active += 1
    if (from !== to && alert !== undefined) transitions.push({ alert, from, to })
  }
  for (const was of before.values()) if (!found.has(was.key)) keep(was, withoutSample(was, rule, nowMs))
  for (const sample of samples) {
    const was = before.get(sample.key)
    keep(was, settled(withSample(was, sample, nowMs), rule, nowMs))
  }
  if (rule.limit > 0 && active > rule.limit) {
    const ended = [...before.values()].map((alert): AlertTransition => ({ alert, from: alert.phase, to: 'none' }))
    return { state: new Map(), transitions: ended, error: `exceeded limit of ${rule.limit} with ${active} alerts` }
  }
  return { state, transitions, error: '' }
}

function withSample(was: Alert | undefined, sample: AlertSample, nowMs: number): Alert {
  if (was !== undefined && was.phase !== 'inactive')
    return { ...was, value: sample.value, annotations: sample.annotations, keepFiringSinceMs: undefined }
  return {
    ...sample,
    phase: 'pending',
    activeAtMs: nowMs,
    firedAtMs: undefined,
    resolvedAtMs: undefined,
    keepFiringSinceMs: undefined,
    lastSentAtMs: undefined,
  }
}

/** An alert that the answer has no longer; undefined when it is gone. */
function withoutSample(was: Alert, rule: AlertTimes, nowMs: number): Alert | undefined {
  if (was.phase === 'pending') return undefined
  if (was.phase === 'inactive')
    return was.resolvedAtMs !== undefined && nowMs - was.resolvedAtMs > resolvedRetentionMs ? undefined : was
  if (rule.keepFiringMs > 0) {
    const keepFiringSinceMs = was.keepFiringSinceMs ?? nowMs
    if (nowMs - keepFiringSinceMs < rule.keepFiringMs) return settled({ ...was, keepFiringSinceMs }, rule, nowMs)
  }
  return { ...was, phase: 'inactive', resolvedAtMs: nowMs }
}

/** It fires when it has held long enough. A `for` that was made longer puts one that fires back. */
function settled(alert: Alert, { holdMs }: AlertTimes, nowMs: number): Alert {
  const hasHeld = nowMs - alert.activeAtMs >= holdMs
  if (alert.phase === 'pending' && hasHeld) return { ...alert, phase: 'firing', firedAtMs: nowMs }
  if (alert.phase === 'firing' && !hasHeld)
    return { ...alert, phase: 'pending', firedAtMs: undefined, keepFiringSinceMs: undefined, lastSentAtMs: undefined }
  return alert
}

/** Whether receivers are to hear of an alert now: never before it fires, at once when it is resolved, and else again and again. */
export function isToBeSent({ phase, resolvedAtMs, lastSentAtMs }: Alert, nowMs: number, resendMs: number): boolean {
  if (phase === 'pending') return false
  if (lastSentAtMs === undefined) return true
  if (resolvedAtMs !== undefined && resolvedAtMs > lastSentAtMs) return true
  return lastSentAtMs + resendMs < nowMs
}

/** The most of it: what a rule is, is what the worst of its alerts is. */
export function phaseOf(state: AlertState): AlertPhase {
  const phases = new Set([...state.values()].map(({ phase }) => phase))
  return phases.has('firing') ? 'firing' : phases.has('pending') ? 'pending' : 'inactive'
}

export type RestoreTimes = {
  readonly holdMs: number
  readonly nowMs: number
  /** Alerts with a shorter `for` are not restored: they simply wait for it once more. */
  readonly graceMs: number
}

/**
 * When an alert that is back after a restart became active, from its last sample of ALERTS_FOR_STATE: the time in which
 * nobody looked does not count, and it never fires sooner than after a time of grace, unless it fired before.
 */
export function restoredActiveAtMs(
  last: { readonly timeMs: number; readonly activeAtMs: number },
  { holdMs, nowMs, graceMs }: RestoreTimes,
): number {
  const remainingMs = holdMs - (last.timeMs - last.activeAtMs)
  if (remainingMs <= 0) return last.activeAtMs
  if (remainingMs < graceMs) return nowMs + graceMs - holdMs
  return last.activeAtMs + (nowMs - last.timeMs)
}
