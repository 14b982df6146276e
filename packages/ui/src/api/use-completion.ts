import { useQueryClient } from '@tanstack/react-query'
import { askKeys, askValues } from '@wakeline/protocol'
import { useCallback } from 'react'
import type { Complete } from '../parts/search-box.tsx'
import { useTime } from '../time/time-context.tsx'
import { useDoor } from './ask-context.tsx'

/** Completion of keys and values for the search box of logs or spans, over the time range of the page. */
export function useCompletion(signal: 'logs' | 'spans'): Complete {
  const { ask } = useDoor()
  const { fromMs, toMs } = useTime()
  const client = useQueryClient()
  return useCallback(
    async ({ key, prefix }) => {
      const completing = { signal, prefix, fromMs, toMs }
      const asked = key === undefined ? askKeys(completing) : askValues(key, completing)
      const answer = await client.fetchQuery({
        queryKey: [asked.path, asked.search],
        queryFn: (context) => ask.json(asked, context.signal),
      })
      return answer.items
    },
    [ask, client, signal, fromMs, toMs],
  )
}
