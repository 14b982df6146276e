import { splitPipes } from '@wakeline/protocol'
import { withService } from '../../parts/attribute-text.ts'

/**
 * The search that is sent: what was typed, held to the service of the bar and to failed spans. `offset` is how far the
 * typed text was moved by that, for the place of an error in it.
 */
export function askedSearch(q: string, service: string, errors: '' | 'only'): { q: string; offset: number } {
  const held = withService(q, service)
  if (errors === '') return held
  const { search, pipes } = splitPipes(held.q)
  if (search.trim() === '') return { q: `status:error ${pipes}`.trim(), offset: pipes === '' ? 0 : 13 }
  // After `withService` a search with OR stands in brackets already.
  const loose = service === '' && /\bOR\b/.test(search)
  const [opening, closing] = loose ? ['(', ')'] : ['', '']
  return {
    q: `${opening}${search.trimEnd()}${closing} status:error ${pipes}`.trimEnd(),
    offset: held.offset + opening.length,
  }
}
