import { Button } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { askMadeRules, type RuleChange, type RuleDraft, type RuleListed, type RulesAnswer } from '@wakeline/protocol'
import { useState } from 'react'
import { useDoor } from '../../api/ask-context.tsx'
import { useAnswer } from '../../api/use-answer.ts'
import { toRule } from '../../links.ts'
import { Link, useGo } from '../../parts/link.tsx'
import { TextButton } from '../../parts/text-button.tsx'
import { printCount } from '../../parts/units.ts'
import { printAge, printDateTime, printDuration } from '../../time/format.ts'
import { useZone } from '../../time/zone.tsx'
import styles from './alerts-page.module.css'

const changesShown = 8
const pollMs = 10_000

function NewRule() {
  const go = useGo()
  return (
    <div>
      <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={() => go(toRule())}>
        New rule
      </Button>
    </div>
  )
}

export function MadeSection() {
  const made = useAnswer(askMadeRules(), { pollMs })
  return (
    <>
      <NewRule />
      {made.error !== undefined && <div className={styles.error}>{made.error.message}</div>}
      {made.data !== undefined && <MadeRules {...made.data} />}
    </>
  )
}

/** Rules that were made here: how each does, and what can be done with it; and who changed what. */
function MadeRules({ rules, changes }: RulesAnswer) {
  const made = rules.filter(({ id }) => id !== '')
  if (made.length === 0 && changes.length === 0) return null
  return (
    <section aria-label="Rules made here">
      <h2>
        Made here{' '}
        {made.length > 0 && (
          <a className={styles.about} href="/api/v1/rules/export" download="rules.yml">
            Save them as a rule file
          </a>
        )}
      </h2>
      <ul className={styles.rules}>
        {made.map((rule) => (
          <Made key={rule.id} rule={rule} />
        ))}
      </ul>
      <Changes changes={changes} />
    </section>
  )
}

function Made({ rule }: { rule: RuleListed }) {
  const { act, wrong, acting } = useActing(rule)
  const [asks, setAsks] = useState(false)
  const [state, word] = stateOf(rule)
  const { id, name, query, isDisabled, health, lastError, draft } = rule
  return (
    <li data-state={state}>
      <div className={styles.head}>
        <span className={styles.state}>{word}</span>
        <Link href={toRule({ id })}>{name}</Link>
        <span className="quiet">{rule.signal}</span>
        {rule.lastEvaluationMs > 0 && !isDisabled && (
          <span className={styles.about}>
            {printAge(rule.lastEvaluationMs, Date.now())}, read {printCount(rule.cost.rowsRead)} rows in{' '}
            {printDuration(rule.evaluationMs * 1e6)}
          </span>
        )}
        <span className={styles.acts}>
          <Link href={toRule({ id })}>Change</Link>
          {draft !== undefined && (
            <TextButton onClick={() => act('PUT', { ...draft, disabled: !isDisabled })} disabled={acting}>
              {isDisabled ? 'Switch on' : 'Switch off'}
            </TextButton>
          )}
          {asks ? (
            <>
              <Button color="red" variant="filled" loading={acting} onClick={() => act('DELETE')}>
                Delete {name}
              </Button>
              <TextButton onClick={() => setAsks(false)}>Keep it</TextButton>
            </>
          ) : (
            <TextButton onClick={() => setAsks(true)}>Delete</TextButton>
          )}
        </span>
      </div>
      <code className={styles.expression}>{query}</code>
      {(wrong !== '' || health === 'err') && <div className={styles.error}>{wrong || lastError}</div>}
    </li>
  )
}

function useActing({ id, revision }: RuleListed) {
  const { ask } = useDoor()
  const client = useQueryClient()
  const [acting, setActing] = useState(false)
  const [wrong, setWrong] = useState('')
  const act = (method: 'PUT' | 'DELETE', rule?: RuleDraft): void => {
    setActing(true)
    setWrong('')
    const sent =
      method === 'DELETE'
        ? ask.change(method, `rules/${id}?revision=${revision}`)
        : ask.change(method, `rules/${id}`, { rule, revision })
    sent
      .then(() => client.invalidateQueries())
      .catch((error: unknown) => setWrong(error instanceof Error ? error.message : String(error)))
      .finally(() => setActing(false))
  }
  return { act, acting, wrong }
}

function stateOf({ isDisabled, health, firing, pending }: RuleListed): readonly [string, string] {
  if (isDisabled) return ['unknown', '○ off']
  if (health === 'err') return ['failed', '✕ fails']
  if (health === 'unknown') return ['unknown', '○ waits']
  if (firing > 0) return ['firing', '▲ firing']
  return pending > 0 ? ['pending', '◇ pending'] : ['well', '● quiet']
}

const acts: Readonly<Record<RuleChange['act'], string>> = {
  made: 'made',
  changed: 'changed',
  disabled: 'switched off',
  enabled: 'switched on',
  deleted: 'deleted',
}

function Changes({ changes }: { changes: readonly RuleChange[] }) {
  const zone = useZone()
  if (changes.length === 0) return null
  return (
    <details className={styles.changes}>
      <summary>Changes</summary>
      <ul>
        {changes.slice(0, changesShown).map(({ atMs, by, act, name, id }) => (
          <li key={`${atMs} ${id} ${act}`}>
            {printDateTime(atMs, zone)}: {name} was {acts[act]} by {by}
          </li>
        ))}
      </ul>
      {changes.length > changesShown && (
        <div className={styles.about}>
          The last {changesShown} of {printCount(changes.length)}; /api/v1/rules has all.
        </div>
      )}
    </details>
  )
}
