import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { type Ask, Failure, openAsk } from '@wakeline/protocol'
import { createContext, type ReactNode, useContext, useMemo, useState } from 'react'

type Door = {
  ask: Ask
  /** The server wants a token that this browser has not given. */
  locked: boolean
  /** Gives the token; says why where it does not open. */
  signIn: (token: string) => Promise<Failure | undefined>
}

const DoorContext = createContext<Door | undefined>(undefined)

/** Gives everything below a way to ask the server; knows whether it wants a token. */
export function AskProvider({ children }: { children: ReactNode }) {
  const [locked, setLocked] = useState(false)
  const [client] = useState(() => openQueryClient(() => setLocked(true)))
  const [ask] = useState(() => openAsk((input, init) => fetch(input, init)))
  const door = useMemo<Door>(
    () => ({
      ask,
      locked,
      signIn: async (token) => {
        const failure = await ask.signIn(token)
        if (failure !== undefined) return failure
        client.clear()
        setLocked(false)
        return undefined
      },
    }),
    [ask, locked, client],
  )
  return (
    <QueryClientProvider client={client}>
      <DoorContext value={door}>{children}</DoorContext>
    </QueryClientProvider>
  )
}

export function useDoor(): Door {
  const door = useContext(DoorContext)
  if (door === undefined) throw new Error('useDoor needs an AskProvider above it')
  return door
}

function openQueryClient(onLocked: () => void): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (error instanceof Failure && error.status === 401) onLocked()
      },
    }),
    defaultOptions: {
      queries: {
        // A range is frozen until it is refreshed, so an answer stays right; old ranges are not worth keeping long.
        staleTime: Number.POSITIVE_INFINITY,
        gcTime: 120_000,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        retry: (failures, error) =>
          failures < 1 && error instanceof Failure && (error.status === 429 || error.status === 503),
        retryDelay: 800,
        networkMode: 'always',
      },
    },
  })
}
