import { useQueryClient } from '@tanstack/react-query'
import { askStatus, Failure } from '@wakeline/protocol'
import { useEffect, useRef, useState } from 'react'
import { useAnswer } from './use-answer.ts'

const pollMs = 10_000

/** The server's state, asked every ten seconds. When it comes back, what failed meanwhile is asked again. */
export function useStatus() {
  const status = useAnswer(askStatus(), { pollMs })
  const client = useQueryClient()
  const aheadMs = useClockAhead(status.data?.nowMs)
  const connection = status.error === undefined ? (status.data === undefined ? 'connecting' : 'live') : 'away'
  const before = useRef(connection)
  useEffect(() => {
    if (before.current === 'away' && connection === 'live') {
      void client.refetchQueries({
        predicate: ({ state }) => state.error instanceof Failure && state.error.status === 0,
        type: 'active',
      })
    }
    before.current = connection
  }, [connection, client])
  return { status: status.data, connection, aheadMs } as const
}

/** How far this computer's clock is ahead of the server's, give or take the way of an answer. */
function useClockAhead(serverNowMs: number | undefined): number {
  const [aheadMs, setAheadMs] = useState(0)
  useEffect(() => {
    if (serverNowMs !== undefined) setAheadMs(Date.now() - serverNowMs)
  }, [serverNowMs])
  return aheadMs
}
