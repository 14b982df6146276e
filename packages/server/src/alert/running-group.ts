import { type Alert, type AlertState, type AlertTransition, isToBeSent } from '@wakeline/analysis'
import type { Labels } from '../query/promql/evaluate/labels.ts'
import { childrenOf, type Expression } from '../query/promql/parse/ast.ts'
import type { AskSearch } from './ask-search.ts'
import { evaluateNovelty, type NoveltyState } from './evaluate-novelty.ts'
import {
  type Ask,
  type Evaluation,
  evaluateAlerting,
  evaluateRecording,
  type RuleSample,
  type Spend,
  samplesOfAlert,
} from './evaluate-rule.ts'
import { type AlertingRule, type Rule, type RuleGroup, ruleKey } from './rule-file.ts'

/** What a group needs of the world; the same for the server, for `wakeline test rules` and for cases of others. */
export type GroupWorld = {
  readonly ask: Ask
  readonly askSearch: AskSearch
  /** Makes samples durable; '' or why not. `isAskedSoon`: a later rule of the group asks for them. */
  readonly store: (samples: readonly RuleSample[], isAskedSoon: boolean) => Promise<string>
  /** Hands alerts to whoever is to be told. Nobody waits for it. */
  readonly notify: (
    rule: AlertingRule,
    alerts: readonly Alert[],
    of: { group: RuleGroup; validUntilMs: number },
  ) => void
  readonly changed: (rule: AlertingRule, transitions: readonly AlertTransition[]) => void
  readonly report: (sentence: string) => void
  readonly externalUrl: string
  readonly externalLabels: ReadonlyMap<string, string>
  readonly resendMs: number
  /** Of the duration of evaluations. */
  readonly clockMs: () => number
}

export type RuleState = {
  readonly rule: Rule
  alerts: AlertState
  health: 'unknown' | 'ok' | 'err'
  lastError: string
  /** 0 before the first. */
  lastEvaluationMs: number
  evaluationMs: number
  evaluations: number
  failures: number
  /** What the questions of the last evaluation read, and how long the engine took. */
  cost: RuleCost
  /** Of a rule that tells of what is new: what its detectors know. */
  novelty: NoveltyState | undefined
  /** Whether ALERTS may be written: not before what they were ahead of a restart has been looked up. */
  isRestored: boolean
  /** Made by the last evaluation; those that are gone get a staleness marker. */
  series: ReadonlyMap<string, Labels>
  /** Asked by rules behind it in its group. */
  readonly isAskedSoon: boolean
}

export type RuleCost = { readonly rowsRead: number; readonly bytesRead: number; readonly elapsedMs: number }

const noCost: RuleCost = { rowsRead: 0, bytesRead: 0, elapsedMs: 0 }

/** A group of rules that are evaluated one after another, as of the same moment. */
export class RunningGroup {
  readonly group: RuleGroup
  readonly intervalMs: number
  readonly rules: readonly RuleState[]
  readonly #world: GroupWorld
  lastEvaluationMs = 0
  evaluationMs = 0
  /** Of rules that are there no longer: they end with the next evaluation. */
  #ended: readonly Labels[] = []

  constructor(group: RuleGroup, world: GroupWorld, usual: { intervalMs: number; isRestored: boolean }) {
    this.group = group
    this.#world = world
    this.intervalMs = group.intervalMs ?? usual.intervalMs
    this.rules = group.rules.map((rule, i) => ({
      rule,
      alerts: new Map(),
      health: 'unknown',
      lastError: '',
      lastEvaluationMs: 0,
      evaluationMs: 0,
      evaluations: 0,
      failures: 0,
      cost: noCost,
      novelty: undefined,
      isRestored: usual.isRestored,
      series: new Map(),
      isAskedSoon:
        rule.kind === 'record' &&
        group.mayReadLate !== true &&
        group.rules.slice(i + 1).some((later) => ruleAsksFor(later, rule.name)),
    }))
  }

  /** Goes on where another left off, whose file was read again: rules of the same name and labels are the same. */
  adopt(before: RunningGroup): void {
    this.lastEvaluationMs = before.lastEvaluationMs
    this.evaluationMs = before.evaluationMs
    const left = [...before.rules]
    for (const state of this.rules) {
      const key = ruleKey(state.rule)
      const place = left.findIndex(({ rule }) => ruleKey(rule) === key)
      const [was] = place < 0 ? [] : left.splice(place, 1)
      if (was === undefined) {
        // It is new, and nothing can be known of it.
        state.isRestored = true
        continue
      }
      const { rule: _, isAskedSoon: __, ...past } = was
      Object.assign(state, past)
    }
    this.#ended = [...before.#ended, ...left.flatMap(({ series }) => [...series.values()])]
  }

  /** All rules as of a moment. `isStopped` is looked at between two of them. */
  async evaluate(nowMs: number, isStopped: () => boolean = () => false): Promise<void> {
    const { clockMs } = this.#world
    const startMs = clockMs()
    for (const state of this.rules) {
      if (isStopped()) return
      const ruleStartMs = clockMs()
      const error = await this.#evaluateRule(state, nowMs)
      state.evaluations += 1
      state.evaluationMs = clockMs() - ruleStartMs
      state.lastEvaluationMs = nowMs
      if (error !== '') state.failures += 1
      if (error !== '' && error !== state.lastError)
        this.#world.report(
          `Cannot evaluate the rule "${state.rule.name}" of ${this.group.file}:${state.rule.line}: ${error}`,
        )
      state.health = error === '' ? 'ok' : 'err'
      state.lastError = error
    }
    if (this.#ended.length > 0) {
      const error = await this.#world.store(this.#markers(this.#ended, nowMs), false)
      if (error === '') this.#ended = []
    }
    this.lastEvaluationMs = nowMs
    this.evaluationMs = clockMs() - startMs
  }

  /** Marks all it made as ended, when it is there no longer; '' or why not. */
  async end(nowMs: number): Promise<string> {
    const ended = [...this.#ended, ...this.rules.flatMap(({ series }) => [...series.values()])]
    return ended.length === 0 ? '' : this.#world.store(this.#markers(ended, nowMs), false)
  }

  async #evaluateRule(state: RuleState, nowMs: number): Promise<string> {
    const { rule } = state
    const { queryOffsetMs, limit } = this.group
    const evaluation = {
      ...this.#world,
      ...this.#counted(state),
      nowMs,
      queryOffsetMs,
      limit,
      intervalMs: this.intervalMs,
    }
    if (rule.kind === 'record') {
      const recorded = await evaluateRecording(rule, evaluation)
      return 'error' in recorded ? recorded.error : this.#store(state, recorded.samples, nowMs)
    }
    const { alerts, transitions, error, templateErrors } = await this.#alerted(state, rule, evaluation)
    state.alerts = alerts
    if (transitions.length > 0) this.#world.changed(rule, transitions)
    // A rule with a condition tells that it fails, and what it keeps meanwhile.
    if (error !== '' && rule.condition === undefined) return error
    for (const each of new Set(templateErrors))
      this.#world.report(`Cannot write a text of the alert "${rule.name}" of ${this.group.file}:${rule.line}: ${each}`)
    this.#send(state, rule, nowMs)
    const active = [...state.alerts.values()].filter(({ phase }) => phase !== 'inactive')
    const timeMs = nowMs - queryOffsetMs
    const samples = state.isRestored ? active.flatMap((alert) => samplesOfAlert(alert, timeMs)) : []
    const storeError = await this.#store(state, samples, nowMs)
    return error === '' ? storeError : error
  }

  async #alerted(state: RuleState, rule: AlertingRule, evaluation: Evaluation) {
    const { novelty } = rule
    if (novelty === undefined) {
      const { state: alerts, ...more } = await evaluateAlerting(rule, state.alerts, evaluation)
      return { alerts, ...more }
    }
    const { state: alerts, novelty: known, ...more } = await evaluateNovelty({ ...rule, novelty }, state, evaluation)
    state.novelty = known
    return { alerts, ...more }
  }

  /** The ways to ask, with what they cost added up. */
  #counted(state: RuleState): Pick<GroupWorld, 'ask' | 'askSearch'> {
    const { ask, askSearch } = this.#world
    state.cost = noCost
    const spend: Spend = ({ rowsRead, bytesRead, elapsedMs }) => {
      const { cost } = state
      state.cost = {
        rowsRead: cost.rowsRead + rowsRead,
        bytesRead: cost.bytesRead + bytesRead,
        elapsedMs: cost.elapsedMs + elapsedMs,
      }
    }
    return {
      ask: (question) => ask({ ...question, spend }),
      askSearch: (question) => askSearch({ ...question, spend }),
    }
  }

  #send(state: RuleState, rule: AlertingRule, nowMs: number): void {
    const { resendMs, notify } = this.#world
    const sent = [...state.alerts.values()]
      .filter((alert) => isToBeSent(alert, nowMs, resendMs))
      .map((alert): Alert => ({ ...alert, lastSentAtMs: nowMs }))
    if (sent.length === 0) return
    state.alerts = new Map([...state.alerts, ...sent.map((alert): [string, Alert] => [alert.key, alert])])
    // Two evaluations, or two notifications, may fail before a receiver takes it for over.
    notify(rule, sent, { group: this.group, validUntilMs: nowMs + 4 * Math.max(this.intervalMs, resendMs) })
  }

  async #store(state: RuleState, samples: readonly RuleSample[], nowMs: number): Promise<string> {
    const series = new Map(samples.map(({ labels }) => [labels.key, labels]))
    const gone = [...state.series].filter(([key]) => !series.has(key)).map(([, labels]) => labels)
    const all = [...samples, ...this.#markers(gone, nowMs)]
    if (all.length === 0) return ''
    const error = await this.#world.store(all, state.isAskedSoon)
    if (error === '') state.series = series
    return error
  }

  #markers(ended: readonly Labels[], nowMs: number): readonly RuleSample[] {
    const timeMs = nowMs - this.group.queryOffsetMs
    return ended.map((labels) => ({ labels, timeMs, value: 'stale', histogram: undefined }))
  }
}

function ruleAsksFor(rule: Rule, name: string): boolean {
  if (rule.kind === 'record') return asksFor(rule.expression, name)
  return rule.question.is === 'promql' && asksFor(rule.question.expression, name)
}

/** Whether a series of this name may be among what an expression asks for. */
function asksFor(expression: Expression, name: string): boolean {
  if (expression.kind !== 'vector-selector') return childrenOf(expression).some((child) => asksFor(child, name))
  const named = expression.matchers.find((matcher) => matcher.name === '__name__')
  return named === undefined || named.operator !== '=' || named.value === name
}
