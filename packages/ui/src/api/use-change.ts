import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useDoor } from './ask-context.tsx'

/** A change of what the server keeps: undefined where it was refused, and `wrong` says why. */
export function useChange() {
  const { ask } = useDoor()
  const client = useQueryClient()
  const [changing, setChanging] = useState(false)
  const [wrong, setWrong] = useState('')
  const change = async <Answer>(
    method: 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: object,
  ): Promise<Answer | undefined> => {
    setChanging(true)
    setWrong('')
    try {
      const answer = await ask.change<Answer>(method, path, body)
      await client.invalidateQueries({
        predicate: ({ queryKey: [asked] }) => String(asked).startsWith('/api/v1/dashboards'),
      })
      return answer
    } catch (error) {
      setWrong(error instanceof Error ? error.message : String(error))
      return undefined
    } finally {
      setChanging(false)
    }
  }
  return { change, changing, wrong }
}
