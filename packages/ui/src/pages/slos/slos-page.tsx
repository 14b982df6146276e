import { askSlos, type SlosAnswer } from '@wakeline/protocol'
import { useAnswer } from '../../api/use-answer.ts'
import { Answer } from '../../parts/answer.tsx'
import { CodeBlock } from '../../parts/code-block.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Page } from '../../shell/page.tsx'
import { SloSection } from './slo-section.tsx'
import { stateOf, worstFirst } from './slo-state.ts'
import styles from './slos-page.module.css'

const pollMs = 30_000

/** Every objective: what was attained, what is left of its error budget, and how fast that goes. */
export function SlosPage() {
  const slos = useAnswer(askSlos(), { pollMs })
  return (
    <Page title="SLOs" time={false} scroll>
      <Answer of={slos} empty={(answer) => (answer.slos.length + answer.errors.length === 0 ? <NoSlos /> : undefined)}>
        {(answer) => <Slos answer={answer} />}
      </Answer>
    </Page>
  )
}

function Slos({ answer: { slos, errors, nowMs } }: { answer: SlosAnswer }) {
  const count = (state: ReturnType<typeof stateOf>): number => slos.filter((slo) => stateOf(slo) === state).length
  const told = [
    [count('missed'), 'missed'],
    [count('burning'), 'burning too fast'],
    [count('well'), 'well'],
    [count('unmeasured'), 'without data'],
  ] as const
  const counts = told.filter(([number]) => number > 0).map(([number, word]) => `${number} ${word}`)
  return (
    <div className={styles.page}>
      {errors.length > 0 && (
        <ul className={styles.errors} role="alert">
          {errors.map((error) => (
            <li key={error}>{error}</li>
          ))}
        </ul>
      )}
      {slos.length > 0 && <div className={styles.counts}>{counts.join(' · ')}</div>}
      {worstFirst(slos).map((slo) => (
        <SloSection key={slo.id} slo={slo} nowMs={nowMs} />
      ))}
    </div>
  )
}

const example = `version: wakeline/v1
service: checkout            # the name of one of your services
slos:
  - name: requests-succeed
    objective: 99.9          # percent, of 30 days
    sli:
      requests: {}           # answers of 5xx are bad
    alerting:
      name: CheckoutFails
      min_errors: 5
      page_alert: { labels: { severity: page } }
      ticket_alert: { labels: { severity: ticket } }
  - name: requests-are-fast
    objective: 99
    sli:
      requests: { faster_than: 500ms }
    alerting:
      name: CheckoutIsSlow
      page_alert: { disable: true }`

/** Teaches how to say an objective; files of sloth and OpenSLO are read as they are. */
function NoSlos() {
  return (
    <Empty title="No objectives are given">
      <p>
        An objective says how many requests may fail. Alerts come of how fast that budget burns. Files of sloth and
        OpenSLO are read as they are; to begin with, save this as slos.yml:
      </p>
      <CodeBlock text={example} label="Copy the objectives" />
      <p>Look whether it is right, and start the server with it:</p>
      <CodeBlock
        text={'wakeline check slos slos.yml\nwakeline serve --slos slos.yml --alertmanagers http://127.0.0.1:9093'}
        label="Copy the commands"
        wrap
      />
    </Empty>
  )
}
