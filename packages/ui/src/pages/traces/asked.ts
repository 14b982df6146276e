import { withService } from '../../parts/attribute-text.ts'

/**
 * The search that is sent: what was typed, held to the service of the bar and to failed spans. `offset` is how far the
 * typed text was moved by that, for the place of an error in it.
 */
export function askedSearch(q: string, service: string, errors: '' | 'only'): { q: string; offset: number } {
  const held = withService(q, service)
  if (errors === '') return held
  if (held.q.trim() === '') return { q: 'status:error', offset: 0 }
  // After `withService` a search with OR stands in brackets already.
  const loose = service === '' && /\bOR\b/.test(held.q)
  return loose
    ? { q: `(${held.q}) status:error`, offset: held.offset + 1 }
    : { q: `${held.q} status:error`, offset: held.offset }
}
