import { type Alert, restoredActiveAtMs } from '@wakeline/analysis'
import { dropMetadata } from '../query/promql/evaluate/labels.ts'
import { quote } from '../query/promql/parse/literals.ts'
import { parseExpression } from '../query/promql/parse/parse.ts'
import type { Ask } from './evaluate-rule.ts'
import type { RuleState, RunningGroup } from './running-group.ts'

/** Prometheus' own: an outage that took longer is forgotten, and so is a `for` that is shorter. */
const outageToleranceMs = 3_600_000
const graceMs = 600_000

/** Puts back since when alerts are active, from what they said of it before a restart: a `for` of an hour does not begin anew. */
export async function restoreGroup(group: RunningGroup, nowMs: number, ask: Ask): Promise<string[]> {
  const errors: string[] = []
  for (const state of group.rules) {
    if (state.rule.kind === 'alert' && state.rule.holdMs >= graceMs && state.alerts.size > 0) {
      const error = await restoreRule(state, state.rule.holdMs, { nowMs, ask })
      if (error !== '') errors.push(`Cannot restore since when "${state.rule.name}" is active: ${error}`)
    }
    // There is no second try: an alert that waits longer than it should comes all the same.
    state.isRestored = true
  }
  return errors
}

async function restoreRule(
  state: RuleState,
  holdMs: number,
  { nowMs, ask }: { nowMs: number; ask: Ask },
): Promise<string> {
  const selector = `ALERTS_FOR_STATE{alertname=${quote(state.rule.name)}}`
  const values = await lastOf(selector, nowMs, ask)
  const times = await lastOf(`timestamp(${selector})`, nowMs, ask)
  if (typeof values === 'string') return values
  if (typeof times === 'string') return times
  const restored = [...state.alerts].map(([key, alert]): [string, Alert] => {
    const [activeAt, time] = [values.get(key), times.get(key)]
    if (activeAt === undefined || time === undefined) return [key, alert]
    const last = { timeMs: time * 1000, activeAtMs: activeAt * 1000 }
    return [key, { ...alert, activeAtMs: restoredActiveAtMs(last, { holdMs, nowMs, graceMs }) }]
  })
  state.alerts = new Map(restored)
  return ''
}

async function lastOf(text: string, timeMs: number, ask: Ask): Promise<ReadonlyMap<string, number> | string> {
  const expression = parseExpression(text)
  if (expression.kind === 'parse-error') throw new Error(expression.sentence)
  const value = await ask({ expression, text, timeMs, lookbackMs: outageToleranceMs })
  if ('error' in value) return value.error
  if (value.kind !== 'vector') throw new Error('a selector gives a vector')
  return new Map(value.samples.map(({ labels, value: each }) => [dropMetadata(labels).key, each]))
}
