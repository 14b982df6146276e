import {
  askNotifications,
  askRules,
  askSilences,
  madeFile,
  type NotificationsAnswer,
  type RuleGroupTold,
  type SilenceTold,
} from '@wakeline/protocol'
import { useState } from 'react'
import { useAnswer } from '../../api/use-answer.ts'
import { Answer } from '../../parts/answer.tsx'
import { CodeBlock } from '../../parts/code-block.tsx'
import { Empty } from '../../parts/empty.tsx'
import { printCount } from '../../parts/units.ts'
import { Page } from '../../shell/page.tsx'
import { ActiveAlerts, AlertsOfOthers, labelsKey } from './active-alerts.tsx'
import styles from './alerts-page.module.css'
import { Incidents } from './incidents.tsx'
import { MadeSection } from './made-rules.tsx'
import { ReceiversSection } from './receivers-section.tsx'
import { alertsOf, RulesSection } from './rules-section.tsx'
import { SilenceForm } from './silence-form.tsx'
import { SilencesSection } from './silences-section.tsx'

const pollMs = 10_000

/** What fires and since when, who was told of it, what is silenced, and how each rule does: the page that a call at night leads to. */
export function AlertsPage() {
  const rules = useAnswer(askRules(), { pollMs })
  const told = useAnswer(askNotifications(), { pollMs })
  const silences = useAnswer(askSilences(), { pollMs })
  const isIdle = told.data !== undefined && told.data.alerts.length === 0 && silences.data?.length === 0
  const renew = (): void => {
    told.retry()
    silences.retry()
  }
  return (
    <Page title="Alerts" time={false} scroll>
      <Answer of={rules} empty={({ data }) => (data.groups.length === 0 && isIdle ? <NoRules /> : undefined)}>
        {({ data }) => <Alerts groups={data.groups} told={told.data} silences={silences.data} onChange={renew} />}
      </Answer>
    </Page>
  )
}

function Alerts(props: {
  groups: readonly RuleGroupTold[]
  /** Undefined until they have come. */
  told: NotificationsAnswer | undefined
  silences: readonly SilenceTold[] | undefined
  onChange: () => void
}) {
  const { groups, told, silences, onChange } = props
  const [silencing, setSilencing] = useState<Readonly<Record<string, string>>>()
  const nowMs = Date.now()
  const alerts = alertsOf(groups)
  const firing = alerts.filter(({ state }) => state === 'firing').length
  const notices = new Map(told?.alerts.map((each) => [labelsKey(each.labels), each]))
  const own = new Set(alerts.map(({ labels }) => labelsKey(labels)))
  const others = [...notices].flatMap(([key, alert]) => (own.has(key) ? [] : [alert]))
  const done = (): void => {
    setSilencing(undefined)
    onChange()
  }
  return (
    <div className={styles.page}>
      <Incidents alerts={alerts} nowMs={nowMs} />
      <section aria-label="Alerts">
        <h2>
          Active{' '}
          <span className={styles.about}>
            {printCount(firing)} firing, {printCount(alerts.length - firing)} pending
          </span>
        </h2>
        <ActiveAlerts alerts={alerts} nowMs={nowMs} notices={notices} onSilence={setSilencing} />
      </section>
      {others.length > 0 && (
        <section aria-label="Told by others">
          <h2>
            Told by others <span className={styles.about}>or of a rule that is gone, until it is over</span>
          </h2>
          <AlertsOfOthers alerts={others} nowMs={nowMs} onSilence={setSilencing} />
        </section>
      )}
      {silences !== undefined && <SilencesSection silences={silences} nowMs={nowMs} onChange={onChange} />}
      {told !== undefined && <ReceiversSection told={told} nowMs={nowMs} />}
      <MadeSection />
      <RulesSection groups={groups.filter(({ file }) => file !== madeFile)} nowMs={nowMs} />
      {silencing !== undefined && (
        <SilenceForm labels={silencing} onDone={done} onClose={() => setSilencing(undefined)} />
      )}
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
    <Empty title="No rules run">
      <MadeSection />
      <p>Rule files of Prometheus are read as they are, too. One to begin with:</p>
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
