import { askBacktest, type BacktestAnswer, type RuleTold } from '@wakeline/protocol'
import { useMemo } from 'react'
import { useAnswer } from '../../api/use-answer.ts'
import { toQuery } from '../../links.ts'
import { Answer } from '../../parts/answer.tsx'
import { Link } from '../../parts/link.tsx'
import { printAge, printDateTime, printDuration } from '../../time/format.ts'
import { useZone } from '../../time/zone.tsx'
import styles from './rule-past.module.css'

const dayMs = 86_400_000
const lookBackMs = 28 * dayMs
const minuteMs = 60_000

/** How often a rule would have fired in the last four weeks, as it stands now: what an evening's change does to the nights. */
export function RulePast({ rule, intervalMs }: { rule: RuleTold; intervalMs: number }) {
  const toMs = useMemo(() => Math.floor(Date.now() / minuteMs) * minuteMs, [])
  const zoneOffsetMs = -new Date(toMs).getTimezoneOffset() * minuteMs
  const asked = {
    expression: rule.query,
    holdMs: (rule.duration ?? 0) * 1000,
    keepFiringMs: (rule.keepFiringFor ?? 0) * 1000,
    intervalMs: Math.max(intervalMs, minuteMs),
  }
  const past = useAnswer(askBacktest(asked, { fromMs: toMs - lookBackMs, toMs }, zoneOffsetMs), { keepOld: false })
  return <Answer of={past}>{(answer) => <Past answer={answer} rule={rule} />}</Answer>
}

function Past({ answer, rule }: { answer: BacktestAnswer; rule: RuleTold }) {
  const { figures, dataFromMs, fromMs, toMs, intervalMs, episodesTotal } = answer
  if (dataFromMs === null) return <p className="quiet">Nothing this rule asks for is stored of the last 28 days.</p>
  const days = (toMs - dataFromMs) / dayMs
  const isShort = days < (toMs - fromMs) / dayMs - 0.5
  return (
    <div className={styles.past}>
      <p>
        Would have fired <b>{episodesTotal === 1 ? 'once' : `${episodesTotal} times`}</b> in the last{' '}
        {days < 2 ? `${Math.max(1, Math.round(days * 24))} hours` : `${Math.round(days)} days`}
        {isShort && ', since when there are data'}: worst week {figures.worstWeek}, at night {figures.nightEpisodes},
        firing for {printDuration(figures.firingMinutes * 60e9)} in all.{' '}
        <span className="quiet">
          About {printFew(figures.perWeek)} a week, between {printFew(figures.perWeekLow)} and{' '}
          {printFew(figures.perWeekHigh)}; tried every {printDuration(intervalMs * 1e6)}.
        </span>
      </p>
      <Strip answer={answer} fromMs={isShort ? dataFromMs : fromMs} />
      <LastEpisodes answer={answer} rule={rule} />
    </div>
  )
}

const printFew = (count: number): string => (count >= 10 ? `${Math.round(count)}` : count.toFixed(1))

const leastShare = 0.004

/** The time as a strip, with what would have fired marked on it. */
function Strip({ answer, fromMs }: { answer: BacktestAnswer; fromMs: number }) {
  const zone = useZone()
  const { toMs, episodes } = answer
  const share = (ms: number): number => (ms - fromMs) / (toMs - fromMs)
  return (
    <div>
      <svg
        className={styles.strip}
        viewBox="0 0 1 1"
        preserveAspectRatio="none"
        role="img"
        aria-label="When it would have fired"
      >
        {episodes.map(({ startMs, endMs, labels }) => (
          <rect
            key={`${startMs} ${JSON.stringify(labels)}`}
            x={share(startMs)}
            y={0}
            width={Math.max(leastShare, share(endMs ?? toMs) - share(startMs))}
            height={1}
          >
            <title>{printDateTime(startMs, zone)}</title>
          </rect>
        ))}
      </svg>
      <div className={styles.ends}>
        <span>{printDateTime(fromMs, zone).slice(0, 16)}</span>
        <span>now</span>
      </div>
    </div>
  )
}

const listedMax = 5
const aroundMs = 15 * minuteMs

function LastEpisodes({ answer, rule }: { answer: BacktestAnswer; rule: RuleTold }) {
  const { episodes, toMs } = answer
  if (episodes.length === 0) return null
  return (
    <ul className={styles.last}>
      {episodes
        .slice(-listedMax)
        .reverse()
        .map(({ startMs, endMs, labels }) => (
          <li key={`${startMs} ${JSON.stringify(labels)}`}>
            <Link
              href={toQuery({
                promql: rule.query,
                at: { fromMs: startMs - aroundMs, toMs: (endMs ?? toMs) + aroundMs },
              })}
            >
              {printAge(startMs, toMs)}
            </Link>{' '}
            {endMs === null ? 'and still firing' : `for ${printDuration((endMs - startMs) * 1e6)}`}{' '}
            <span className="data quiet">
              {Object.entries(labels)
                .map(([name, value]) => `${name}=${value}`)
                .join(' ')}
            </span>
          </li>
        ))}
    </ul>
  )
}
