import type { ServiceError } from '@wakeline/protocol'

export type CausedError = ServiceError & { isConsequence: boolean }

/** Each error with those that came of it below it: one fault is one group, with what it is first. */
export function inOrderOfCause(errors: readonly ServiceError[]): CausedError[] {
  const isRoot = (error: ServiceError | undefined) => error !== undefined && error.follows === undefined
  const below = (place: number) => errors.filter(({ follows }) => follows === place)
  return errors.flatMap((error, place) => {
    // What follows something that itself follows stands alone: there is one step of indentation.
    if (error.follows !== undefined && isRoot(errors[error.follows])) return []
    return [
      { ...error, isConsequence: false },
      ...(isRoot(error) ? below(place) : []).map((each) => ({ ...each, isConsequence: true })),
    ]
  })
}

/** Kind and message; a status of an answer, which is all that many failed calls tell, is said to be one. */
export function printError({ type, message }: Pick<ServiceError, 'type' | 'message'>): string {
  const kind = /^[1-5]\d\d$/.test(type) ? `HTTP ${type}` : type
  return [kind, message].filter(Boolean).join(': ') || 'says nothing of why'
}

/** Of how many spans that was seen, where not of all: only some are followed to where they began. */
export function howFar({ spans, followed, began, isConsequence }: CausedError): string {
  const seen = isConsequence ? followed : (began?.spans ?? 0)
  if (seen < followed) return `, ${seen} of ${followed} looked at`
  return followed < spans ? `, ${followed === 1 ? 'the one' : `all ${followed}`} looked at` : ''
}
