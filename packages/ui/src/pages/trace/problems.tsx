import { IconBulb, IconChevronDown, IconChevronRight } from '@tabler/icons-react'
import { describeProblem, type ProblemFigures, problemAdvice, problemNames } from '@wakeline/analysis'
import { printCount } from '../../parts/units.ts'
import { useStored } from '../../parts/use-stored.ts'
import { printDuration } from '../../time/format.ts'
import styles from './problems.module.css'
import type { TraceView, ViewProblem } from './trace-view.ts'

export type ProblemsProps = {
  view: TraceView
  chosen: ViewProblem | undefined
  onChoose: (place: number | undefined) => void
}

/** What is wrong in the trace. A click marks the spans that one is made of, and says what to do about it. */
export function Problems({ view, chosen, onChoose }: ProblemsProps) {
  const [open, setOpen] = useStored('trace.problems', true, isBoolean)
  const { problems } = view
  if (problems.length === 0) return null
  const Caret = open ? IconChevronDown : IconChevronRight
  return (
    <section className={styles.problems} aria-label="Problems">
      <button type="button" className={styles.head} aria-expanded={open} onClick={() => setOpen(!open)}>
        <Caret size={13} aria-hidden />
        <IconBulb size={15} aria-hidden />
        {problems.length === 1 ? '1 problem' : `${printCount(problems.length)} problems`}
        {!open && (
          <span className="quiet cut">{problems.map(({ figures }) => problemNames[figures.kind]).join(', ')}</span>
        )}
      </button>
      {open && (
        <div className={styles.list}>
          {problems.map((problem, place) => (
            <button
              key={problem.figures.kind + problem.figures.subject + problem.figures.within}
              type="button"
              className={styles.problem}
              aria-pressed={problem === chosen}
              title={problem === chosen ? 'Mark its spans no more' : 'Mark its spans'}
              onClick={() => onChoose(problem === chosen ? undefined : place)}
            >
              <ProblemText figures={problem.figures} whole={problem === chosen} />
            </button>
          ))}
        </div>
      )}
    </section>
  )
}

/** Its name, its sentence and what it costs; as a `whole` with what to do about it. */
export function ProblemText({ figures, whole = true }: { figures: ProblemFigures; whole?: boolean }) {
  const { kind, savingNano = 0 } = figures
  const says = describeProblem(figures)
  return (
    <span className={styles.text} data-whole={whole}>
      <strong>{problemNames[kind]}</strong>
      <span className={whole ? '' : 'cut'} title={says}>
        {says}
      </span>
      {savingNano > 0 && <span className={styles.saving}>could save {printDuration(savingNano)}</span>}
      {whole && <span className={`${styles.advice} quiet`}>{problemAdvice[kind]}</span>}
    </span>
  )
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === 'boolean'
}
