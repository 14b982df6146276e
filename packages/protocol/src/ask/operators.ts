import { splitPipes } from './pipes.ts'

/** What stands in quotes or is a regular expression, or a word between blanks and brackets. */
const words = /"(?:[^"\\]|\\.)*"|(?<=^|[\s(:=])\/(?:\\\S|[^\\/\s])+\/(?=[\s)}|]|$)|(?<=^|[\s({])[A-Za-z]+(?=$|[\s)}])/g

/**
 * `and`, `or` and `not` join terms in capitals; otherwise they are words like any other, which few records have. Of a
 * search that found nothing: those it looked for, and the search with them in capitals. Undefined where there are none.
 */
export function operatorsMeant(q: string): { looked: string[]; meant: string } | undefined {
  const { search, pipes } = splitPipes(q)
  const looked = new Set<string>()
  const meant = search.replace(words, (word, at: number) => {
    if (!/^(?:and|or|not)$/i.test(word) || word === word.toUpperCase()) return word
    const [before, after] = [search.slice(0, at).trim(), search.slice(at + word.length).trim()]
    if (after === '' || (before === '' && !/^not$/i.test(word))) return word
    looked.add(word)
    return word.toUpperCase()
  })
  return looked.size === 0 ? undefined : { looked: [...looked], meant: meant + pipes }
}
