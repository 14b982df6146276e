/**
 * Bad input is normal and comes back as a value: why it was refused, in a sentence for whoever sent it.
 * The kinds are closed; `api/errors.ts` gives each its status.
 */
export type RefusedKind = 'invalid_request' | 'invalid_query' | 'not_found'

export type Refused = {
  refused: RefusedKind
  /** "Cannot <do> <what>: <why>". */
  message: string
  /** Offset in the query text, where the refusal is about one. */
  position?: number
}

export function isRefused<Value extends object>(value: Value | Refused): value is Refused {
  return 'refused' in value
}
