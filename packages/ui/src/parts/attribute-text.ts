import { printAttribute, splitPipes } from '@wakeline/protocol'

export { printAttribute }

/** `key:value` of the search language, quoted where the value needs it. */
export function searchTerm(key: string, text: string, how: 'with' | 'without' = 'with'): string {
  const name = /^[A-Za-z_@][\w.\-/@$]*$/.test(key) ? key : quote(key)
  return `${how === 'without' ? '-' : ''}${name}:${quoteSearch(text)}`
}

/** A value as the search language takes it: bare where it can be, quoted where blanks, wildcards or a regex would be read into it. */
export function quoteSearch(text: string): string {
  return /^[\w@][\w.@/-]*$/.test(text) && !/^(OR|AND|NOT)$/i.test(text) ? text : quote(text)
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}

/** A search held to one service, for a page whose service filter is set; '' is every service. */
export function withService(q: string, service: string): { q: string; offset: number } {
  if (service === '') return { q, offset: 0 }
  const term = searchTerm('service', service)
  if (q.trim() === '') return { q: term, offset: 0 }
  // OR binds looser than what stands beside it.
  const { search, pipes } = splitPipes(q)
  const opening = /\bOR\b/.test(search) ? '(' : ''
  // The term stands last, so that places in the search stay what they are; before pipes it stands first, for theirs.
  if (pipes === '') return { q: opening ? `(${q}) ${term}` : `${q} ${term}`, offset: opening.length }
  const closed = opening ? `(${search.replace(/\s?$/, ')')}` : search
  return { q: `${term} ${closed}${pipes}`, offset: term.length + 1 + opening.length }
}

/** A search narrowed by one more term; a term that is there already is not repeated. */
export function addTerm(q: string, term: string): string {
  const before = q.trim()
  if (before === '' || before === term) return term
  if (before.endsWith(` ${term}`) || before.startsWith(`${term} `) || before.includes(` ${term} `)) return before
  return `${before} ${term}`
}
