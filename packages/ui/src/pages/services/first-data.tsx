import { IconCircleCheckFilled, IconCircleDashed } from '@tabler/icons-react'
import { askSession, askStatus } from '@wakeline/protocol'
import { useEffect, useRef, useState } from 'react'
import { reachable } from '../../api/reachable.ts'
import { useAnswer } from '../../api/use-answer.ts'
import { Choice } from '../../parts/choice.tsx'
import { CodeBlock } from '../../parts/code-block.tsx'
import { printCount } from '../../parts/units.ts'
import styles from './first-data.module.css'
import { type SetUp, setUps, type Target } from './set-ups.ts'

const pollMs = 2000
/** The tick is seen before the table takes its place. */
const tickShownMs = 1200

/** Teaches how to send the first data, and ticks when it comes. */
export function FirstData({ onArrived }: { onArrived: () => void }) {
  const [chosen, setChosen] = useState<string>('SDK')
  const status = useAnswer(askStatus(), { pollMs })
  const ingest = status.data?.ingest
  const loaded = (ingest?.spans.loaded ?? 0) + (ingest?.logs.loaded ?? 0)
  const arrived = useRef(onArrived)
  arrived.current = onArrived
  const came = loaded > 0
  useEffect(() => {
    if (!came) return
    const timer = setTimeout(() => arrived.current(), tickShownMs)
    const again = setInterval(() => arrived.current(), pollMs)
    return () => {
      clearTimeout(timer)
      clearInterval(again)
    }
  }, [came])
  const session = useAnswer(askSession())
  const endpoint = reachable(status.data?.endpoints.otlpHttp ?? 'http://127.0.0.1:4318', globalThis.location.hostname)
  const setUp = setUps.find(({ name }) => name === chosen) ?? setUps[0]
  return (
    <div className={styles.page}>
      <h1>Send the first data</h1>
      <p>
        This server listens and has heard nothing yet. Start one service with the lines below and make a request to it.
      </p>
      <Choice
        label="How to send"
        value={chosen}
        onChange={setChosen}
        options={setUps.map(({ name, title }) => ({ value: name, title }))}
      />
      <Steps setUp={setUp} to={{ endpoint, needsToken: session.data?.tokenRequired === true }} />
      <div className={styles.signals} role="status">
        <Signal name="Traces" counted="spans" count={ingest?.spans.accepted ?? 0} />
        <Signal name="Logs" counted="log records" count={ingest?.logs.accepted ?? 0} />
        <Signal name="Metrics" counted="data points" count={ingest?.points.accepted ?? 0} />
      </div>
      <p className="quiet">This page looks every two seconds and shows the services as soon as there is one.</p>
    </div>
  )
}

function Steps({ setUp, to }: { setUp: SetUp; to: Target }) {
  return (
    <ol className={styles.steps}>
      {setUp.steps.map(({ says, code }) => (
        <li key={says}>
          <div>{says}</div>
          <CodeBlock text={code(to)} />
        </li>
      ))}
    </ol>
  )
}

function Signal({ name, counted, count }: { name: string; counted: string; count: number }) {
  const Icon = count > 0 ? IconCircleCheckFilled : IconCircleDashed
  return (
    <div className={styles.signal} data-arrived={count > 0}>
      <Icon size={18} aria-hidden />
      <span>
        {name}{' '}
        <span className="quiet figures">{count > 0 ? `${printCount(count)} ${counted} received` : 'waiting'}</span>
      </span>
    </div>
  )
}
