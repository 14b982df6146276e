import { askLabelValues } from '@wakeline/protocol'
import { useMemo } from 'react'
import { useAnswer } from '../../api/use-answer.ts'
import { useTime } from '../../time/time-context.tsx'

/** A metric that came in a while ago is still one that is there. */
const lookbackMs = 24 * 3_600_000

/** Which of these metrics there are; undefined until that is known. */
export function useStored(names: readonly string[]): ReadonlySet<string> | undefined {
  const { toMs } = useTime()
  const wanted = [...new Set(names)].sort()
  const selector = `{__name__=~"${wanted.filter((name) => /^[\w:]+$/.test(name)).join('|')}"}`
  const answer = useAnswer(askLabelValues('__name__', selector, { fromMs: toMs - lookbackMs, toMs }), {
    enabled: wanted.length > 0,
  })
  return useMemo(() => (answer.data === undefined ? undefined : new Set(answer.data.data)), [answer.data])
}
