import { type Attributes, askKeys, askLogs, askSpans } from '@wakeline/protocol'
import { printAttribute, searchTerm, withService } from '../parts/attribute-text.ts'
import { useTime } from '../time/time-context.tsx'
import { useAnswer } from './use-answer.ts'

/** Of the attributes that were really sent so many are looked into, the most frequent first. */
const keysMax = 60

/**
 * The attribute that has a word as its value, where there is one: words of a search are looked for in the text of records
 * alone, and an id that someone was given often stands beside it. '' asks nothing.
 */
export function useKeyWith(signal: 'logs' | 'spans', word: string, service: string): string | undefined {
  const { fromMs, toMs } = useTime()
  const at = { fromMs, toMs }
  const keys = useAnswer(askKeys({ signal, prefix: '', ...at }), { enabled: word !== '' })
  const names = attributesAmong(keys.data?.items ?? [])
  const { q } = withService(names.map((key) => searchTerm(key, word)).join(' OR '), service)
  const page = { limit: 1, order: 'newest' } as const
  const ready = word !== '' && names.length > 0
  const logs = useAnswer(askLogs(q, at, page), { enabled: ready && signal === 'logs' })
  const spans = useAnswer(askSpans(q, at, page), { enabled: ready && signal === 'spans' })
  const found = signal === 'logs' ? logs.data?.records[0] : spans.data?.spans[0]
  return word === '' ? undefined : keyWith(found?.attributes ?? {}, word)
}

/** Keys of attributes of records: not the language's own, which are not counted, nor those of resources. */
export function attributesAmong(items: readonly { text: string; count: number }[]): string[] {
  return items
    .filter(({ text, count }) => count > 0 && !/^(resource|scope|event|link|any)\./.test(text))
    .map(({ text }) => text)
    .slice(0, keysMax)
}

export function keyWith(attributes: Attributes, word: string): string | undefined {
  return Object.keys(attributes).find((key) => printAttribute(attributes[key] ?? null) === word)
}

/** The search where it is one word, without a key or a wildcard; else ''. */
export function soleWord(q: string): string {
  const word = q.trim().replace(/^"(.*)"$/, '$1')
  return /^[\w@./-]{3,100}$/.test(word) ? word : ''
}
