import { type AlertLabels, labelValue, matchesAll } from '../matchers/matcher.ts'
import type { InhibitRule } from './config/notify-config.ts'
import { isResolvedAt, type NotifyAlert } from './notify-alert.ts'

/** Which alert keeps which from being told, as of one moment. */
export class Inhibition {
  readonly #rules: readonly InhibitRule[]
  readonly #firing: readonly NotifyAlert[]
  /** By rule, and there by the values that have to be equal; made when first asked for. */
  readonly #sources = new Map<InhibitRule, Map<string, readonly NotifyAlert[]>>()

  constructor(rules: readonly InhibitRule[], alerts: Iterable<NotifyAlert>, nowMs: number) {
    this.#rules = rules
    this.#firing = rules.length === 0 ? [] : [...alerts].filter((alert) => !isResolvedAt(alert, nowMs))
  }

  /** The fingerprint of one that inhibits an alert of these labels; undefined where none does. */
  inhibitorOf(labels: AlertLabels): string | undefined {
    for (const rule of this.#rules) {
      if (!matchesAll(rule.target, labels)) continue
      const isOnBothSides = matchesAll(rule.source, labels)
      const sources = this.#sourcesOf(rule).get(equalKey(rule, labels)) ?? []
      // An alert on both sides inhibits neither itself nor others such as it.
      const found = sources.find((source) => !isOnBothSides || !matchesAll(rule.target, source.labels))
      if (found !== undefined) return found.fingerprint
    }
    return undefined
  }

  #sourcesOf(rule: InhibitRule): Map<string, readonly NotifyAlert[]> {
    const known = this.#sources.get(rule)
    if (known !== undefined) return known
    const sources = new Map<string, NotifyAlert[]>()
    for (const alert of this.#firing) {
      if (!matchesAll(rule.source, alert.labels)) continue
      const key = equalKey(rule, alert.labels)
      const others = sources.get(key)
      if (others === undefined) sources.set(key, [alert])
      else others.push(alert)
    }
    this.#sources.set(rule, sources)
    return sources
  }
}

const equalKey = ({ equal }: InhibitRule, labels: AlertLabels): string =>
  JSON.stringify(equal.map((name) => labelValue(labels, name)))
