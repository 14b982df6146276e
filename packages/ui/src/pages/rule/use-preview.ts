import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Failure, type RulePreview, type RuleProblem } from '@wakeline/protocol'
import { useEffect, useState } from 'react'
import { useDoor } from '../../api/ask-context.tsx'
import { useTime } from '../../time/time-context.tsx'
import { type RuleForm, triedDraft } from './draft.ts'

/** What a rule would have done, asked again a moment after the last key. */
export type PreviewState = {
  data: RulePreview | undefined
  /** Undefined while the rule itself is wrong: its inputs say so. */
  error: Error | undefined
  problems: readonly RuleProblem[]
  waiting: boolean
  /** Nothing is asked yet. */
  idle: boolean
}

const typingMs = 600
const none: readonly RuleProblem[] = []

export function usePreview(form: RuleForm): PreviewState {
  const { ask } = useDoor()
  const { fromMs, toMs } = useTime()
  const settled = useSettled(JSON.stringify(triedDraft(form)))
  const question = form.signal === 'metrics' ? form.expr : form.search
  const enabled = question.trim() !== ''
  const query = useQuery({
    queryKey: ['rules/preview', settled, fromMs, toMs],
    queryFn: ({ signal }) =>
      ask.change<RulePreview>('POST', 'rules/preview', { rule: JSON.parse(settled), from: fromMs, to: toMs }, signal),
    enabled,
    retry: false,
    placeholderData: keepPreviousData,
  })
  const failure = query.error instanceof Failure ? query.error : undefined
  return {
    data: enabled ? query.data : undefined,
    error: failure?.problems === undefined ? (query.error ?? undefined) : undefined,
    problems: enabled ? (failure?.problems ?? none) : none,
    waiting: query.isFetching,
    idle: !enabled,
  }
}

/** The text as it is when nobody typed for a moment. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), typingMs)
    return () => clearTimeout(timer)
  }, [text])
  return settled
}
