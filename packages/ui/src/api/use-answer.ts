import { keepPreviousData, type QueryKey, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Question } from '@wakeline/protocol'
import { useCallback } from 'react'
import type { AnswerState } from '../parts/answer.tsx'
import { useDoor } from './ask-context.tsx'
import { useLastAnswer } from './use-last-answer.ts'

export type AnswerOptions = {
  /** False asks nothing; the state is then that of a first load. */
  enabled?: boolean
  /** Asks again this often with the same question, for what has no time range. */
  pollMs?: number
  /** False shows nothing of the answer before, for questions about another thing. */
  keepOld?: boolean
}

/** The answer to a question, asked once for each new question; the answer before is kept while it is on its way. */
export function useAnswer<Data>(asked: Question<Data>, options: AnswerOptions = {}): AnswerState<Data> {
  const { ask } = useDoor()
  const key = [asked.path, asked.search]
  const query = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => ask.json(asked, signal),
    enabled: options.enabled ?? true,
    refetchInterval: options.pollMs ?? false,
    ...(options.keepOld === false ? {} : { placeholderData: keepPreviousData }),
  })
  const cancel = useCancel(key)
  const data = useLastAnswer(query.data, query.error, options.keepOld !== false)
  return {
    data,
    error: query.error ?? undefined,
    waiting: query.isFetching,
    old: query.isPlaceholderData || data !== query.data,
    cancel,
    retry: () => void query.refetch(),
  }
}

/** What `useAnswer` gives, for a list that comes in pages; `more` is absent at its end. */
export type PagesState<Data> = AnswerState<Data[]> & { more?: () => void; waitingForMore: boolean }

/** Pages of a list whose answers carry `nextCursor`. `askPage` must change only when the question does (useCallback). */
export function useAnswerPages<Data extends { nextCursor?: string }>(
  askPage: (cursor: string | undefined) => Question<Data>,
  { enabled = true }: Pick<AnswerOptions, 'enabled'> = {},
): PagesState<Data> {
  const { ask } = useDoor()
  const first = askPage(undefined)
  const key = [first.path, first.search, 'pages']
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ signal, pageParam }) => ask.json(askPage(pageParam), signal),
    initialPageParam: start,
    getNextPageParam: (page: Data) => page.nextCursor,
    enabled,
    placeholderData: keepPreviousData,
  })
  const cancel = useCancel(key)
  const { hasNextPage, isFetching, isPlaceholderData, fetchNextPage } = query
  const more = useCallback(() => void (isFetching || fetchNextPage()), [isFetching, fetchNextPage])
  const pages = useLastAnswer(query.data?.pages, query.error, true)
  return {
    data: pages,
    error: query.error ?? undefined,
    waiting: query.isFetching && !query.isFetchingNextPage,
    waitingForMore: query.isFetchingNextPage,
    old: isPlaceholderData || pages !== query.data?.pages,
    cancel,
    retry: () => void query.refetch(),
    ...(hasNextPage && !isPlaceholderData ? { more } : {}),
  }
}

const start: string | undefined = undefined

function useCancel([path, search, rest]: QueryKey): () => void {
  const client = useQueryClient()
  return useCallback(
    () =>
      void client.cancelQueries({ queryKey: rest === undefined ? [path, search] : [path, search, rest], exact: true }),
    [client, path, search, rest],
  )
}
