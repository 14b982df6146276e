import type { Slo } from '@wakeline/protocol'
import { useMemo } from 'react'
import { TimeChart } from '../../chart/time-chart.tsx'
import { toAlerts, toQuery, toService } from '../../links.ts'
import { Link } from '../../parts/link.tsx'
import { printDuration, threeDigits } from '../../time/format.ts'
import { printAttained, printBurn, printShare, type SloState, stateOf } from './slo-state.ts'
import styles from './slos-page.module.css'

const words: Record<SloState, string> = {
  missed: '✕ missed',
  burning: '▲ burns',
  well: '● well',
  unmeasured: '○ no data',
}

const printMs = (ms: number): string => printDuration(ms * 1e6)

/** One objective: its figures, how its budget went, and the windows that its alerts look at. */
export function SloSection({ slo, nowMs }: { slo: Slo; nowMs: number }) {
  const { id, name, service, description, objective, periodMs, file } = slo
  const state = stateOf(slo)
  return (
    <section className={styles.slo} data-state={state} aria-label={id}>
      <header className={styles.head}>
        <span className={styles.state}>{words[state]}</span>
        <h2>{name}</h2>
        <Link href={toService(service)}>{service}</Link>
        <span className={styles.about}>
          {objective} % in {printMs(periodMs)}
        </span>
        <span className={styles.file}>{file}</span>
      </header>
      {description !== '' && <div className={styles.description}>{description}</div>}
      <Figures slo={slo} />
      <div className={styles.parts}>
        <Budget slo={slo} nowMs={nowMs} />
        <Windows slo={slo} />
      </div>
      <Proposal slo={slo} />
    </section>
  )
}

function Figures({ slo }: { slo: Slo }) {
  const { errorRatio, budgetLeft, burnRate, measuredMs, periodMs, windows } = slo
  const longMs = windows[0]?.longMs ?? 0
  const isWhole = measuredMs >= 0.98 * periodMs
  return (
    <dl className={styles.figures}>
      <div>
        <dt>Attained</dt>
        <dd>{errorRatio === null ? '–' : printAttained(errorRatio)}</dd>
        <dd className={styles.about}>
          {isWhole ? `over ${printMs(periodMs)}` : `over the ${printMs(measuredMs)} measured`}
        </dd>
      </div>
      <div data-low={budgetLeft !== null && budgetLeft <= 0}>
        <dt>Budget left</dt>
        <dd>{budgetLeft === null ? '–' : printShare(budgetLeft)}</dd>
        <dd className={styles.about}>{isWhole ? 'of the period' : 'of what was measured'}</dd>
      </div>
      <div>
        <dt>Burn rate</dt>
        <dd>{printBurn(burnRate)}</dd>
        <dd className={styles.about}>over {printMs(longMs)}; at 1× it lasts just as long as the period</dd>
      </div>
      <div>
        <dt>Used up</dt>
        <dd>{endsIn(slo)}</dd>
        <dd className={styles.about}>at this rate</dd>
      </div>
    </dl>
  )
}

function endsIn({ budgetLeft, exhaustedInMs, burnRate }: Slo): string {
  if (budgetLeft === null || burnRate === null) return '–'
  if (budgetLeft <= 0) return 'already'
  return exhaustedInMs === null ? 'never' : `in ${printMs(exhaustedInMs)}`
}

function Budget({ slo, nowMs }: { slo: Slo; nowMs: number }) {
  const { times, stepMs, left } = slo.budget
  const began = times[left.findIndex((share) => share !== null)] ?? times[0] ?? nowMs
  const series = useMemo(
    () => [
      {
        name: 'budget left',
        values: left.map((share) => (share === null ? null : 100 * share)),
        colour: 'var(--accent)',
        shape: 'area' as const,
      },
    ],
    [left],
  )
  return (
    <div className={styles.budget}>
      <h3>Error budget</h3>
      <TimeChart
        label={`What is left of the error budget of ${slo.id}`}
        times={times}
        stepMs={0}
        series={series}
        unit="%"
        fromMs={began - stepMs}
        toMs={nowMs}
        heightPx={150}
      />
    </div>
  )
}

function Windows({ slo }: { slo: Slo }) {
  return (
    <div className={styles.windows}>
      <h3>Burn rates, and the alerts on them</h3>
      <table>
        <thead>
          <tr>
            <th>alert</th>
            <th className={styles.number}>long window</th>
            <th className={styles.number}>short window</th>
            <th className={styles.number}>fires above</th>
            <th className={styles.last}>now</th>
          </tr>
        </thead>
        <tbody>
          {slo.windows.map((each) => (
            <tr key={`${each.severity} ${each.longMs}`} data-burns={each.burns}>
              <td>{each.severity}</td>
              <Burn burn={each.long} windowMs={each.longMs} factor={each.factor} />
              <Burn burn={each.short} windowMs={each.shortMs} factor={each.factor} />
              <td className={styles.number}>{threeDigits(each.factor)}×</td>
              <td className={`${styles.now} ${styles.last}`}>{each.burns ? '▲ burns' : '● calm'}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Alerts slo={slo} />
    </div>
  )
}

function Burn({ burn, windowMs, factor }: { burn: number | null; windowMs: number; factor: number }) {
  return (
    <td className={styles.number} data-over={burn !== null && burn > factor}>
      {printBurn(burn)} <span className={styles.about}>{printMs(windowMs)}</span>
    </td>
  )
}

function Alerts({ slo: { alerts, id } }: { slo: Slo }) {
  const query = toQuery({ promql: `slo:current_burn_rate:ratio{sloth_id="${id}"}` })
  return (
    <div className={styles.alerts}>
      {alerts.map(({ name, severity, state }) => (
        <span key={`${name} ${severity}`} data-alert={state}>
          <Link href={toAlerts()}>{name}</Link> <span className={styles.about}>{severity}</span>{' '}
          <span className={styles.alertState}>{state}</span>
        </span>
      ))}
      {alerts.length === 0 && <span className="quiet">It has no alerts.</span>}
      <Link href={query}>Burn rate in Query</Link>
    </div>
  )
}

function Proposal({ slo: { proposed, objective, budgetLeft } }: { slo: Slo }) {
  if (proposed === null || proposed.objective === objective) return null
  const used = `${proposed.objective} % would have used ${printShare(proposed.budgetUsed)} of its budget`
  if (proposed.objective > objective)
    return <div className={styles.proposal}>There is room for a tighter objective: {used}.</div>
  if (budgetLeft !== null && budgetLeft > 0.3) return null
  return <div className={styles.proposal}>This objective is tighter than what is attained: {used}.</div>
}
