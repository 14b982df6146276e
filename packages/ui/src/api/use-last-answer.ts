import { Failure } from '@wakeline/protocol'
import { useRef } from 'react'

/**
 * The last answer, where a later one cannot be had: a server that is away for a minute takes nothing from the screen. What
 * was asked wrongly has no answer, and keeps none.
 */
export function useLastAnswer<Data>(data: Data | undefined, error: Error | null, keepOld: boolean): Data | undefined {
  const last = useRef<Data>(undefined)
  if (data !== undefined) last.current = data
  return data ?? (keepOld && error !== null && mayPass(error) ? last.current : undefined)
}

/** True for what is no fault of the question: no answer at all, too busy, too long, broken. */
export function mayPass(error: Error): boolean {
  return error instanceof Failure && (error.status === 0 || error.status === 429 || error.status >= 500)
}
