import { operatorsMeant } from '@wakeline/protocol'

/** Said of a search that found nothing: also that operators in small letters are words, where it has such. */
export function printNothing(what: 'record' | 'trace', q: string, advice = ''): string {
  const nothing = `No ${what} matches in this time${advice}.`
  const found = operatorsMeant(q)
  if (found === undefined) return nothing
  const words = found.looked.map((word) => `"${word}"`).join(', ')
  const were = found.looked.length === 1 ? 'was looked for as a word' : 'were looked for as words'
  return `${nothing}\n${words} ${were}; terms are joined in capitals: ${found.meant}`
}
