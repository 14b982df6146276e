import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const grammar = join(import.meta.dirname, '../../packages/server/src/query/search/grammar.ebnf')

/** The grammar as a page: what begins with `(*#` is prose, the rules between stand as they are. */
export function searchPage(): string {
  const text = readFileSync(grammar, 'utf8')
  return `${text
    .split(/\(\*#([\s\S]*?)\*\)/)
    .map((part, index) => (index % 2 === 1 ? part.trim() : rules(part)))
    .filter((part) => part !== '')
    .join('\n\n')}\n`
}

function rules(part: string): string {
  return part.trim() === '' ? '' : `\`\`\`ebnf\n${part.trim()}\n\`\`\``
}
