import { Button, SegmentedControl } from '@mantine/core'
import type { BottleneckRow, BottlenecksAnswer, ChangeRow } from '@wakeline/protocol'
import { askBottlenecks } from '@wakeline/protocol'
import { useAnswer } from '../../api/use-answer.ts'
import { toService, toTrace } from '../../links.ts'
import { Answer, SkeletonRows } from '../../parts/answer.tsx'
import { Link } from '../../parts/link.tsx'
import { printCount } from '../../parts/units.ts'
import { usePageSearch } from '../../parts/use-page-search.ts'
import { printDateTime, printDuration } from '../../time/format.ts'
import { useZone } from '../../time/zone.tsx'
import { type Compare, serviceUrl } from './url.ts'
import styles from './what-changed.module.css'

const dayMs = 86_400_000
/** Undefined: right before, the same length. */
const backs: readonly { value: Exclude<Compare, ''>; label: string; backMs?: number }[] = [
  { value: 'before', label: 'Right before' },
  { value: 'day', label: 'A day before', backMs: dayMs },
  { value: 'week', label: 'A week before', backMs: 7 * dayMs },
]

type WhatChangedProps = { service: string; at: { fromMs: number; toMs: number }; operations: readonly string[] }

/**
 * Why the service is slower than it was: where requests wait now and did before, and what they do that they did not. Asked for only
 * when it is wanted, because it reads some hundred whole traces.
 */
export function WhatChanged({ service, at, operations }: WhatChangedProps) {
  const [{ compare, operation }, setSearch] = usePageSearch(serviceUrl)
  const back = backs.find(({ value }) => value === compare)
  return (
    <section className={styles.changed} aria-label="What changed">
      <div className={styles.head}>
        <h2>What changed</h2>
        {back ? (
          <>
            <select
              className={styles.operation}
              aria-label="Operation"
              value={operation}
              onChange={({ currentTarget }) => setSearch({ operation: currentTarget.value })}
            >
              <option value="">All operations</option>
              {operations.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
            <SegmentedControl
              size="xs"
              aria-label="Held against"
              data={backs
                .filter(({ backMs }) => backMs === undefined || backMs >= at.toMs - at.fromMs)
                .map(({ value, label }) => ({ value, label }))}
              value={back.value}
              onChange={(value) => setSearch({ compare: value })}
            />
          </>
        ) : (
          <Button onClick={() => setSearch({ compare: 'before' })}>Compare with before</Button>
        )}
      </div>
      {back && <Found service={service} at={at} operation={operation} backMs={back.backMs} />}
    </section>
  )
}

function Found(props: { service: string; at: WhatChangedProps['at']; operation: string; backMs: number | undefined }) {
  const { service, at, operation, backMs } = props
  const answer = useAnswer(askBottlenecks(service, at, { operation, backMs }))
  return (
    <Answer of={answer} skeleton={<SkeletonRows rows={4} />}>
      {(data) => <Changes answer={data} />}
    </Answer>
  )
}

function Changes({ answer }: { answer: BottlenecksAnswer }) {
  const zone = useZone()
  const { bottlenecks, changes, causes, durationNano, looked, requests, before, notCompared } = answer
  const cause = causes[0]?.service
  const counted =
    `Of ${printCount(requests.now)} requests now ${printCount(looked.now)} were looked at, of ${printCount(requests.before)} from ` +
    `${printDateTime(before.fromMs, zone)} to ${printDateTime(before.toMs, zone)} ${printCount(looked.before)}.`
  if (bottlenecks.length === 0) return <div className={`${styles.note} quiet`}>Nothing to compare with. {counted}</div>
  const risen = bottlenecks.filter(({ isBeyondChance }) => isBeyondChance)
  const most = Math.max(...bottlenecks.map((row) => Math.max(row.beforeNano, row.nowNano)))
  return (
    <>
      <div className={styles.told}>
        {risen.length === 0 ? 'No slower than chance explains' : <Rise of={durationNano} />}: a mean request took{' '}
        <b>{printDuration(durationNano.now)}</b>, {printDuration(durationNano.before)} before.
        {cause !== undefined && (
          <>
            {' '}
            Likely in <Link href={toService(cause)}>{cause}</Link>.
          </>
        )}
      </div>
      {changes.length > 0 && (
        <ul className={styles.list}>
          {changes.map((change) => (
            <Change key={JSON.stringify([change.is, change.service, change.operation, change.what])} of={change} />
          ))}
        </ul>
      )}
      <ul className={styles.list} aria-label="Where requests wait">
        {bottlenecks.map((row) => (
          <Bottleneck key={`${row.caller ?? ''} ${row.service}`} of={row} most={most} />
        ))}
      </ul>
      <div className={`${styles.note} quiet`}>
        {counted} Bars are what a mean request waits for: now above, before below; what chance explains is pale.
        {notCompared.length > 0 && ` Too few requests before or now to compare: ${notCompared.join(', ')}.`}
      </div>
    </>
  )
}

function Rise({ of: { now, before } }: { of: BottlenecksAnswer['durationNano'] }) {
  return <b>{now > before ? `${printDuration(now - before)} slower` : 'Not slower as a whole, but in parts'}</b>
}

function Bottleneck({ of: row, most }: { of: BottleneckRow; most: number }) {
  const { service, caller, operation, beforeNano, nowNano, share, isBeyondChance, exemplars } = row
  const rise = nowNano - beforeNano
  return (
    <li className={styles.row} data-beyond={isBeyondChance}>
      <span className={styles.where} title={operation}>
        <span className="cut">{caller === undefined ? service : `${caller} → ${service}`}</span>
        <span className="quiet cut">{caller === undefined ? operation : `waiting for it: ${operation}`}</span>
      </span>
      <span className={styles.bars} aria-hidden="true">
        <span className={styles.now} style={{ width: `${(100 * nowNano) / most}%` }} />
        <span className={styles.before} style={{ width: `${(100 * beforeNano) / most}%` }} />
      </span>
      <span
        className={`data ${styles.figure}`}
        title={`${printDuration(beforeNano)} before, ${printDuration(nowNano)} now`}
      >
        <b>{`${rise < 0 ? '−' : '+'}${printDuration(Math.abs(rise))}`}</b>
        <span className="quiet">
          {printDuration(beforeNano)} → {printDuration(nowNano)}
        </span>
      </span>
      <span className={styles.more}>
        {share >= 0.005 && <span>{Math.round(share * 100)} % of what rose</span>}
        <Calls of={row} />
        {rise > 0 && <Examples of={exemplars} />}
      </span>
    </li>
  )
}

/** More calls than before are another finding than slower ones. */
function Calls({ of: { spansBefore, spansNow } }: { of: BottleneckRow }) {
  if (Math.abs(spansNow - spansBefore) < 0.1 * Math.max(1, spansBefore)) return null
  return (
    <span className="quiet">
      {spansBefore.toFixed(1)} → {spansNow.toFixed(1)} spans
    </span>
  )
}

function Examples({ of: traceIds }: { of: readonly string[] }) {
  return traceIds.map((traceId, place) => (
    <Link key={traceId} href={toTrace(traceId)}>
      {place === 0 ? 'Worst trace' : 'A usual one'}
    </Link>
  ))
}

function Change({ of: { is, service, operation, what, before, now, exemplars } }: { of: ChangeRow }) {
  const share = ({ count, of }: ChangeRow['now']): string => `${Math.round((1000 * count) / Math.max(1, of)) / 10} %`
  return (
    <li className={styles.change}>
      <span className="cut" title={what}>
        <b>{service}</b> {operation} {is === 'error' ? 'fails' : 'goes on to'}: {what}
      </span>
      <span className="data">
        {share(before)} → <b>{share(now)}</b>
      </span>
      {exemplars[0] !== undefined && <Link href={toTrace(exemplars[0])}>Trace</Link>}
    </li>
  )
}
