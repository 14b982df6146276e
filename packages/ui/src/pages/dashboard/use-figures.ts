import { keepPreviousData, useQueries } from '@tanstack/react-query'
import type { DashboardPanel, PromqlAnswer, Question, TableAnswer } from '@wakeline/protocol'
import { useMemo, useRef } from 'react'
import { useDoor } from '../../api/ask-context.tsx'
import type { FewAtOnce } from '../../api/few-at-once.ts'
import type { Asked } from './asked.ts'
import type { Steps } from './choices.ts'
import { type Answered, type Figures, figuresOf } from './figures.ts'

export type PanelState = {
  figures: Figures | undefined
  answered: readonly Answered[]
  /** Of the first question that has no answer. */
  error: string | undefined
  waiting: boolean
  retry: () => void
}

type Asking = { panel: DashboardPanel; asked: readonly Asked[]; steps: Steps; enabled: boolean; inTurn: FewAtOnce }
type Got = { is: 'promql'; answer: PromqlAnswer } | { is: 'table'; answer: TableAnswer }

/** What a panel shows: its questions are asked when it is seen, a few of the page at once, and given up when it is left. */
export function usePanelFigures({ panel, asked, steps, enabled, inTurn }: Asking): PanelState {
  const { ask } = useDoor()
  const queries = useQueries({
    queries: asked.map((each) => ({
      queryKey: ['panel', each.is === 'wrong' ? each.message : each.question.path + each.question.search],
      queryFn: ({ signal }: { signal: AbortSignal }): Promise<Got> => inTurn(signal, () => got(each, ask.json, signal)),
      enabled: enabled && each.is !== 'wrong',
      placeholderData: keepPreviousData<Got>,
    })),
  })
  const wrong = asked.find((each) => each.is === 'wrong')
  const error = wrong?.message ?? queries.find((query) => query.error !== null)?.error?.message
  // Each query's data is steady; so is what is made of them while none changes.
  const data = useSteady(queries.map((query) => query.data))
  const questions = useSteady((panel.questions ?? []).filter((each) => each.ask.trim() !== ''))
  const answered = useMemo(() => {
    return data.flatMap((each, i): Answered[] => {
      const question = questions[i]
      return each === undefined || question === undefined ? [] : [{ ...each, question }]
    })
  }, [data, questions])
  // The steps that were asked about may be older than those of now: answers are put on the steps that they have.
  const isWhole = answered.length === asked.length && asked.length > 0
  const figures = useMemo(
    () => (isWhole ? figuresOf(answered, steps, panel.title) : undefined),
    [isWhole, answered, steps, panel.title],
  )
  return {
    figures,
    answered,
    error,
    waiting: queries.some((query) => query.isFetching),
    retry: () => {
      for (const query of queries) if (query.error !== null) void query.refetch()
    },
  }
}

type Json = <Answer>(question: Question<Answer>, signal: AbortSignal) => Promise<Answer>

async function got(asked: Asked, json: Json, signal: AbortSignal): Promise<Got> {
  switch (asked.is) {
    case 'promql':
      return { is: 'promql', answer: await json(asked.question, signal) }
    case 'table':
      return { is: 'table', answer: await json(asked.question, signal) }
    case 'wrong':
      throw new Error(asked.message)
  }
}

/** The list of before while each of its items is the same. */
function useSteady<Item>(items: readonly Item[]): readonly Item[] {
  const kept = useRef(items)
  const before = kept.current
  if (before.length !== items.length || before.some((item, i) => item !== items[i])) kept.current = items
  return kept.current
}
