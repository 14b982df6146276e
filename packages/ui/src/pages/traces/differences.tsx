import type { AttributeDifference, DifferencesAnswer } from '@wakeline/protocol'
import { askDifferences } from '@wakeline/protocol'
import type { ReactNode } from 'react'
import { useAnswer } from '../../api/use-answer.ts'
import { Answer } from '../../parts/answer.tsx'
import { searchTerm } from '../../parts/attribute-text.ts'
import { CostLine } from '../../parts/cost-line.tsx'
import { Empty } from '../../parts/empty.tsx'
import { ServiceLabel } from '../../parts/labels.tsx'
import { ListBar } from '../../parts/list-bar.tsx'
import { printCount, printRatio } from '../../parts/units.ts'
import { printDuration } from '../../time/format.ts'
import { useTime } from '../../time/time-context.tsx'
import styles from './differences.module.css'
import type { TracesSearch } from './url.ts'

/** As `askDifferences` takes them. */
const chosenBy: Readonly<Record<TracesSearch['compare'], string>> = { slow: '', failed: 'status:error' }

type DifferencesProps = {
  q: string
  compare: TracesSearch['compare']
  controls: ReactNode
  /** A value is looked at alone, or left out. */
  onTerm: (term: string) => void
}

/** What slow or failed spans have that the others have not: one row a value, as its share of either side. */
export function Differences(props: DifferencesProps) {
  const { q, compare, controls } = props
  const { fromMs, toMs } = useTime()
  const answer = useAnswer(askDifferences(q, chosenBy[compare], { fromMs, toMs }))
  return (
    <>
      <ListBar controls={controls}>
        {answer.data && <span>{saysWhat(answer.data, compare)}</span>}
        {answer.data && <CostLine costs={[answer.data.cost]} />}
      </ListBar>
      <Answer of={answer} fill>
        {(data) =>
          data.attributes.length === 0 ? (
            <NothingTold answer={data} compare={compare} />
          ) : (
            <Attributes {...props} answer={data} />
          )
        }
      </Answer>
    </>
  )
}

function saysWhat(answer: DifferencesAnswer, compare: TracesSearch['compare']): string {
  const { spans, chosenSpans, otherSpans, slowFromNano } = answer
  const which = compare === 'failed' ? 'that failed' : `slower than ${printDuration(slowFromNano ?? 0)}`
  const sample = chosenSpans + otherSpans < spans ? `, a sample of ${printCount(spans)}` : ''
  return `${printCount(chosenSpans)} spans ${which}, against ${printCount(otherSpans)} others${sample}`
}

function NothingTold({ answer, compare }: { answer: DifferencesAnswer; compare: TracesSearch['compare'] }) {
  if (answer.spans === 0) {
    return (
      <Empty title="Nothing matches in this time">
        <div>The search finds no span to compare. Try a longer time range.</div>
      </Empty>
    )
  }
  if (compare === 'failed' && answer.chosenSpans === 0) {
    return (
      <Empty title="None of these spans failed">
        <div>Compare the slow ones instead, or look at a longer time.</div>
      </Empty>
    )
  }
  return (
    <Empty title="Nothing tells them apart">
      <div>
        Their attributes are alike, or they are too few: what could be chance is left out. Try a longer time range, or a
        search that finds more.
      </div>
    </Empty>
  )
}

function Attributes(props: DifferencesProps & { answer: DifferencesAnswer }) {
  const { answer, compare, onTerm } = props
  const { chosenSpans, otherSpans } = answer
  const sides = [compare === 'failed' ? 'failed' : 'slow', 'others'] as const
  return (
    <section className={styles.attributes} aria-label="What differs">
      {answer.attributes.map(({ key, values }) => (
        <table key={key} className={styles.attribute}>
          <thead>
            <tr>
              <th scope="col" className="data">
                {key}
              </th>
              {sides.map((side) => (
                <th key={side} scope="col" className={styles.side}>
                  {side}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {values.map((each) => (
              <tr key={each.value}>
                <th scope="row">
                  <Value attribute={key} value={each.value} onTerm={onTerm} />
                </th>
                <Share side="chosen" count={each.chosen} of={chosenSpans} />
                <Share side="others" count={each.others} of={otherSpans} />
              </tr>
            ))}
          </tbody>
        </table>
      ))}
    </section>
  )
}

type ValueProps = { attribute: AttributeDifference['key']; value: string; onTerm: (term: string) => void }

function Value({ attribute, value, onTerm }: ValueProps) {
  const term = searchTerm(attribute, value)
  return (
    <button
      type="button"
      className={styles.value}
      title={`${term}\nClick to look at these alone`}
      onClick={() => onTerm(term)}
    >
      {attribute === 'service' ? (
        <ServiceLabel service={value} />
      ) : (
        <span className="data cut">{value || '(empty)'}</span>
      )}
    </button>
  )
}

/** A bar and its figure; both sides to one scale, so that what differs is what is longer. */
function Share({ side, count, of }: { side: 'chosen' | 'others'; count: number; of: number }) {
  const share = count / Math.max(1, of)
  return (
    <td title={`${printCount(count)} of ${printCount(of)} spans`}>
      <span className={styles.share}>
        <span className={styles.track} aria-hidden>
          <span className={styles.bar} data-side={side} style={{ width: `${share * 100}%` }} />
        </span>
        <span className="data">{printRatio(share)}</span>
      </span>
    </td>
  )
}
