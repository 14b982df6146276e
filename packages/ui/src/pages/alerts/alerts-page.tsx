import { askRules, type RuleGroupTold } from '@wakeline/protocol'
import { useAnswer } from '../../api/use-answer.ts'
import { Answer } from '../../parts/answer.tsx'
import { CodeBlock } from '../../parts/code-block.tsx'
import { Empty } from '../../parts/empty.tsx'
import { printCount } from '../../parts/units.ts'
import { Page } from '../../shell/page.tsx'
import { ActiveAlerts } from './active-alerts.tsx'
import styles from './alerts-page.module.css'
import { alertsOf, RulesSection } from './rules-section.tsx'

const pollMs = 10_000

/** What fires and since when, and how each rule does: the page that a call at night leads to. */
export function AlertsPage() {
  const rules = useAnswer(askRules(), { pollMs })
  return (
    <Page title="Alerts" time={false} scroll>
      <Answer of={rules} empty={({ data }) => (data.groups.length === 0 ? <NoRules /> : undefined)}>
        {({ data }) => <Alerts groups={data.groups} />}
      </Answer>
    </Page>
  )
}

function Alerts({ groups }: { groups: readonly RuleGroupTold[] }) {
  const alerts = alertsOf(groups)
  const firing = alerts.filter(({ state }) => state === 'firing').length
  return (
    <div className={styles.page}>
      <section aria-label="Alerts">
        <h2>
          Active{' '}
          <span className={styles.about}>
            {printCount(firing)} firing, {printCount(alerts.length - firing)} pending
          </span>
        </h2>
        <ActiveAlerts alerts={alerts} nowMs={Date.now()} />
      </section>
      <RulesSection groups={groups} nowMs={Date.now()} />
    </div>
  )
}

const example = `groups:
  - name: api
    rules:
      - alert: TargetDown
        expr: up == 0
        for: 5m
        labels: { severity: page }
        annotations:
          summary: '{{ $labels.instance }} of {{ $labels.job }} is down'`

/** Teaches how to give rules: those a team has already are read as they are. */
function NoRules() {
  return (
    <Empty title="No rules are given">
      <p>Rule files of Prometheus are read as they are. One to begin with:</p>
      <CodeBlock text={example} label="Copy the rules" />
      <p>Start the server with them, and with whoever is to be told:</p>
      <CodeBlock
        text={'wakeline serve --rules "rules/*.yml" --alertmanagers http://127.0.0.1:9093'}
        label="Copy the command"
        wrap
      />
    </Empty>
  )
}
