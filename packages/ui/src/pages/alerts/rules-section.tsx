import type { AlertTold, RuleGroupTold, RuleTold } from '@wakeline/protocol'
import { useState } from 'react'
import { Link } from '../../parts/link.tsx'
import { TextButton } from '../../parts/text-button.tsx'
import { printAge, printDuration } from '../../time/format.ts'
import styles from './alerts-page.module.css'
import { toQuestion } from './question-link.ts'
import { RulePast } from './rule-past.tsx'

export type ShownAlert = AlertTold & { rule: RuleTold }

/** What fires first; of each the latest on top. */
export function alertsOf(groups: readonly RuleGroupTold[]): ShownAlert[] {
  const all = groups.flatMap(({ rules }) =>
    rules.flatMap((rule) => (rule.alerts ?? []).map((alert) => ({ ...alert, rule }))),
  )
  const order = ({ state }: ShownAlert): number => (state === 'firing' ? 0 : 1)
  return all.sort((a, b) => order(a) - order(b) || Date.parse(b.activeAt) - Date.parse(a.activeAt))
}

/** Every group with its rules: state, health, and how its last evaluation went. */
export function RulesSection({ groups, nowMs }: { groups: readonly RuleGroupTold[]; nowMs: number }) {
  if (groups.length === 0) return null
  return (
    <section aria-label="Rules">
      <h2>Rules</h2>
      {groups.map((group) => (
        <div key={`${group.file} ${group.name}`} className={styles.group}>
          <h3>
            {group.name} <span className={styles.about}>{group.file}</span>
            <span className={styles.about}>
              every {printDuration(group.interval * 1e9)}, {evaluated(group.lastEvaluation, nowMs)}, took{' '}
              {printDuration(group.evaluationTime * 1e9)}
            </span>
          </h3>
          <ul className={styles.rules}>
            {group.rules.map((rule) => (
              <Rule key={`${rule.name} ${rule.query}`} rule={rule} intervalMs={group.interval * 1000} />
            ))}
          </ul>
        </div>
      ))}
    </section>
  )
}

function evaluated(at: string, nowMs: number): string {
  const atMs = Date.parse(at)
  return atMs > 0 ? `evaluated ${printAge(atMs, nowMs)}` : 'not evaluated yet'
}

function Rule({ rule, intervalMs }: { rule: RuleTold; intervalMs: number }) {
  const [isOpen, setOpen] = useState(false)
  const { name, query, health, lastError, duration } = rule
  const [state, word] = stateOf(rule)
  return (
    <li data-state={state}>
      <div className={styles.head}>
        <span className={styles.state}>{word}</span>
        <Link href={toQuestion(query)}>{name}</Link>
        {duration !== undefined && duration > 0 && <span className="quiet">for {printDuration(duration * 1e9)}</span>}
        {rule.novelty !== undefined && <span className="quiet">{noveltyWords[rule.novelty]}</span>}
        {isTriable(rule) && (
          <TextButton aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            the last 28 days
          </TextButton>
        )}
      </div>
      <code className={styles.expression}>{query}</code>
      {health === 'err' && <div className={styles.error}>{lastError}</div>}
      {isOpen && <RulePast rule={rule} intervalMs={intervalMs} />}
    </li>
  )
}

const noveltyWords = {
  up: 'fires for what is above all that was seen',
  down: 'fires for what is below all that was seen',
  both: 'fires for what was never seen',
} as const

/** A search has no words in PromQL, and only those can be tried on the past. */
const isTriable = ({ type, query, novelty }: RuleTold): boolean =>
  type === 'alerting' && novelty === undefined && !/^(logs|traces): /.test(query)

function stateOf({ type, state, health }: RuleTold): readonly [string, string] {
  if (health === 'err') return ['failed', '✕ fails']
  if (health === 'unknown') return ['unknown', '○ waits']
  if (type === 'recording') return ['well', '● records']
  if (state === 'firing') return ['firing', '▲ firing']
  return state === 'pending' ? ['pending', '◇ pending'] : ['well', '● quiet']
}
