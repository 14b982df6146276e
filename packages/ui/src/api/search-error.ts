import { Failure } from '@wakeline/protocol'

/**
 * What the server could not read of the search, for the search box; undefined for any other error. `offset` is how far
 * the text that was typed stands from the start of the text that was sent.
 */
export function searchError(
  error: Error | undefined,
  offset: number,
): { message: string; position?: number } | undefined {
  if (!(error instanceof Failure) || error.code !== 'invalid_query') return undefined
  const { message, position } = error
  return position === undefined ? { message } : { message, position: Math.max(0, position - offset) }
}
