import type { TailEvent } from '@wakeline/protocol'
import { askLogTail, Failure } from '@wakeline/protocol'
import { useEffect, useState } from 'react'
import { useDoor } from '../../api/ask-context.tsx'
import { emptyFeed, fed, type TailFeed } from './tail-feed.ts'

export type Tail = {
  feed: TailFeed
  /** `away`: the stream broke off and is begun again; `refused`: asking again would not help. */
  state: 'starting' | 'live' | 'away' | 'refused'
  error?: Error
}

const showEachMs = 200
const againAfterMs = 1_500

/** Follows the records that match `q` as they are stored, while `on`. Records are shown in batches, so that a flood does not redraw for each. */
export function useTail(q: string, on: boolean): Tail {
  const { ask } = useDoor()
  const [tail, setTail] = useState<Tail>({ feed: emptyFeed, state: 'starting' })
  useEffect(() => {
    setTail({ feed: emptyFeed, state: 'starting' })
    if (!on) return
    const leaving = new AbortController()
    const waiting: TailEvent[] = []
    const show = setInterval(() => {
      if (waiting.length === 0) return
      const events = waiting.splice(0)
      setTail((before) => ({ feed: fed(before.feed, events), state: 'live' }))
    }, showEachMs)
    const follow = async (): Promise<void> => {
      while (!leaving.signal.aborted) {
        try {
          setTail(({ feed }) => ({ feed, state: 'live' }))
          await ask.events(askLogTail(q), leaving.signal, (event) => waiting.push(event))
        } catch (error) {
          if (leaving.signal.aborted) return
          const failure = error instanceof Error ? error : new Error(String(error))
          const final =
            failure instanceof Failure && failure.status >= 400 && failure.status < 500 && failure.status !== 429
          setTail(({ feed }) => ({ feed, state: final ? 'refused' : 'away', error: failure }))
          if (final) return
        }
        await new Promise((resolve) => setTimeout(resolve, againAfterMs))
      }
    }
    void follow()
    return () => {
      leaving.abort()
      clearInterval(show)
    }
  }, [ask, q, on])
  return tail
}
