import { Button } from '@mantine/core'
import { askDifferences, type DifferencesAnswer, type ErrorGroup, type ErrorsAnswer } from '@wakeline/protocol'
import { useState } from 'react'
import { useAnswer } from '../../api/use-answer.ts'
import { TimeChart } from '../../chart/time-chart.tsx'
import { toLogs, toTrace, toTraces } from '../../links.ts'
import { Answer, SkeletonRows } from '../../parts/answer.tsx'
import { searchTerm } from '../../parts/attribute-text.ts'
import { Fact, Facts } from '../../parts/facts.tsx'
import { ServiceLabel } from '../../parts/labels.tsx'
import { Link } from '../../parts/link.tsx'
import { TextButton } from '../../parts/text-button.tsx'
import { printCount, printRatio } from '../../parts/units.ts'
import { useTime } from '../../time/time-context.tsx'
import { TimeLabel } from '../../time/time-label.tsx'
import styles from './errors-page.module.css'
import { titleOf } from './errors-table.tsx'
import { Stack } from './stack.tsx'

type DetailProps = {
  error: ErrorGroup
  /** Others of the same type at the same place. */
  alike: readonly ErrorGroup[]
  answer: ErrorsAnswer
  service: string
  onSelect: (hash: string) => void
}

/** One error: when it happened, where it was thrown, which traces have it. */
export function ErrorDetail({ error, alike, answer, service, onSelect }: DetailProps) {
  const { fromMs, toMs, select } = useTime()
  return (
    <div className={styles.detail}>
      <h2 className={styles.title}>
        {error.type !== '' && <span className="data">{error.type}</span>}
        <span className={styles.message}>{error.message}</span>
      </h2>
      <ErrorFacts error={error} answer={answer} />
      <TimeChart
        label="Occurrences over time"
        times={answer.times}
        stepMs={answer.stepMs}
        series={[{ name: 'occurrences', values: error.counts, colour: 'var(--error)', shape: 'bar' }]}
        unit=""
        fromMs={fromMs}
        toMs={toMs}
        heightPx={110}
        onSelect={select}
      />
      <Places error={error} service={service} />
      {error.stack !== '' && <Stack text={error.stack} />}
      {error.places.length > 0 && <HowItDiffers error={error} />}
      {alike.length > 0 && (
        <section>
          <h3>Thrown at the same place</h3>
          <ul className={styles.alike}>
            {alike.map((other) => (
              <li key={other.hash}>
                <TextButton onClick={() => onSelect(other.hash)}>{titleOf(other)}</TextButton>{' '}
                <span className="quiet">{printCount(other.occurrences)}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <div className="quiet">
        {saysWhy[error.by]} <span className="data">{error.hash}</span>
      </div>
    </div>
  )
}

const saysWhy: Record<ErrorGroup['by'], string> = {
  fingerprint: 'Together by the fingerprint that the program gives:',
  stack: 'Together by type and stack, lines aside:',
  exception: 'Together by type and message, values aside:',
  message: 'Together by the pattern of the message:',
}

function ErrorFacts({ error, answer }: Pick<DetailProps, 'error' | 'answer'>) {
  const { occurrences, occurrencesBefore, firstSeenMs, lastSeenMs, services, versions } = error
  return (
    <Facts>
      <Fact name="Occurrences">
        {printCount(occurrences)}{' '}
        <span className="quiet">
          {occurrencesBefore === 0 ? (
            <>
              and none before, since <TimeLabel at={answer.lookedBackToMs} />
            </>
          ) : (
            `after ${printCount(occurrencesBefore)} in as long a time before`
          )}
        </span>
      </Fact>
      <Fact name="First seen">
        <TimeLabel at={firstSeenMs} as="full" />
      </Fact>
      <Fact name="Last seen">
        <TimeLabel at={lastSeenMs} as="full" />
      </Fact>
      <Fact name="Services">
        <span className={styles.services}>
          {services.map((service) => (
            <ServiceLabel key={service} service={service} />
          ))}
        </span>
      </Fact>
      <Fact name="Versions">
        <span className="data">{versions.join(', ') || <span className="quiet">not given</span>}</span>
      </Fact>
    </Facts>
  )
}

/** Some spans that have it, and all that have an exception of its type. */
function Places({ error, service }: Pick<DetailProps, 'error' | 'service'>) {
  const { places, type } = error
  const held = service === '' ? {} : { service }
  return (
    <section>
      <h3>Where it happened</h3>
      <div className={styles.places}>
        {places.map(({ traceId, spanId }) => (
          <Link key={spanId} href={toTrace(traceId, spanId)} className="data" title="To its span, in its trace">
            {traceId.slice(0, 8)}
          </Link>
        ))}
        {places.length === 0 && <span className="quiet">In no span: only log records tell of it.</span>}
        {type !== '' && (
          <>
            <Link href={toTraces({ ...held, q: searchTerm('event.exception.type', type) })}>
              All traces of its type
            </Link>
            <Link href={toLogs({ ...held, q: searchTerm('exception.type', type) })}>Log records of its type</Link>
          </>
        )}
      </div>
    </section>
  )
}

/** Which attributes spans with it have more often than the others of its services; asked when it is wanted. */
function HowItDiffers({ error }: { error: ErrorGroup }) {
  const [wanted, setWanted] = useState(false)
  return (
    <section>
      <h3>How it differs</h3>
      {wanted ? (
        <Differences error={error} />
      ) : (
        <Button size="compact-xs" onClick={() => setWanted(true)}>
          Compare its spans with the others
        </Button>
      )}
    </section>
  )
}

function Differences({ error }: { error: ErrorGroup }) {
  const { fromMs, toMs } = useTime()
  const { services, type, message } = error
  const all = services.map((service) => searchTerm('service', service)).join(' OR ')
  const chosen = type !== '' ? searchTerm('event.exception.type', type) : searchTerm('event.exception.message', message)
  const answer = useAnswer(askDifferences(all, chosen, { fromMs, toMs }), { keepOld: false })
  return (
    <Answer of={answer} skeleton={<SkeletonRows rows={3} />}>
      {(data) => <Told answer={data} />}
    </Answer>
  )
}

const differencesShown = 8
/** Every span with an error has these. */
const saidAlready = /^(?:event\.)?exception\.|^error\.type$|^status/

function Told({ answer }: { answer: DifferencesAnswer }) {
  const rows = answer.attributes
    .filter(({ key }) => !saidAlready.test(key))
    .flatMap(({ key, values }) => values.slice(0, 1).map((value) => ({ key, ...value })))
    .slice(0, differencesShown)
  if (rows.length === 0)
    return (
      <div className="quiet">
        Nothing that could not be chance, among {printCount(answer.chosenSpans)} spans with it.
      </div>
    )
  return (
    <table className={styles.differences}>
      <thead>
        <tr>
          <th scope="col">Attribute</th>
          <th scope="col">with it</th>
          <th scope="col">others</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ key, value, chosen, others }) => (
          <tr key={key}>
            <th scope="row" className="data">
              {key}: {value || '(empty)'}
            </th>
            <td className="data">{printRatio(chosen / Math.max(1, answer.chosenSpans))}</td>
            <td className="data">{printRatio(others / Math.max(1, answer.otherSpans))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
