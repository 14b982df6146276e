/**
 * A search planned against one signal: every key is resolved to where its value lies, every value to what it is
 * compared with. SQL is rendered from this, and live tail's predicate compiled from it, so that both mean the same.
 */
export type Condition =
  | { is: 'always' }
  | { is: 'and'; terms: Condition[] }
  | { is: 'or'; terms: Condition[] }
  | { is: 'not'; term: Condition }
  | { is: 'text'; source: TextSource; test: TextTest }
  | { is: 'number'; source: NumberSource; compare: '=' | '>' | '>=' | '<' | '<='; value: number }
  | { is: 'id'; column: IdColumn; hex: string }
  | { is: 'words'; columns: readonly TextColumn[]; words: Words }

export type Signal = 'logs' | 'spans'
export type TextColumn = 'service' | 'name' | 'status_message' | 'body' | 'event_name'
export type NumberColumn = 'severity' | 'kind' | 'status' | 'duration'
export type IdColumn = 'trace_id' | 'span_id' | 'parent_span_id'

export type AttributeSource = {
  of: 'attribute'
  key: string
  holder: Holder
}
/**
 * Whose attribute: the record's own, its resource's, its scope's, or that of any event or link of a span. 'either' is the
 * record's own, or its resource's where the record has none of that name; 'any' is any of them all.
 */
export type Holder = 'record' | 'resource' | 'either' | 'scope' | 'events' | 'links' | 'any'

export type TextSource =
  | { of: 'column'; column: TextColumn }
  | AttributeSource
  | { of: 'scope name' }
  | { of: 'scope version' }
  /** The name of any of the span's events. */
  | { of: 'event names' }
export type NumberSource = { of: 'column'; column: NumberColumn } | AttributeSource

export type TextTest =
  | { test: 'present' }
  | { test: 'equals'; text: string }
  | { test: 'wildcard'; pieces: readonly string[] }
  | { test: 'regex'; pattern: string }
  /** In the order of their bytes, which is that of ISO dates. */
  | { test: 'order'; compare: '>' | '>=' | '<' | '<='; text: string }

/**
 * Words of text that people read, in any case of ASCII letters. `whole`: the phrase as it was written, its first and its
 * last word whole; `tokens` are what an index is asked for. `loose`: the pieces, in order, anywhere.
 */
export type Words =
  | { match: 'whole'; tokens: readonly string[]; phrase: string }
  | { match: 'loose'; pieces: readonly string[] }
  | { match: 'regex'; pattern: string }

/** Attributes are by far the largest column: reading them costs more than all the rest of a search. */
export function readsAttributes(condition: Condition): boolean {
  switch (condition.is) {
    case 'and':
    case 'or':
      return condition.terms.some(readsAttributes)
    case 'not':
      return readsAttributes(condition.term)
    case 'text':
    case 'number':
      return (
        condition.source.of === 'attribute' &&
        condition.source.holder !== 'resource' &&
        condition.source.holder !== 'scope'
      )
    default:
      return false
  }
}

/** What the engine's lower() does: ASCII letters only, so that both sides agree on every string. */
export function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

/** What the engine's tokens are: runs of ASCII letters and digits and of everything beyond ASCII. */
export function tokensOf(text: string): string[] {
  return lowerAscii(text).match(/[a-z0-9\u0080-\u{10ffff}]+/gu) ?? []
}

/** Whether a character, or half of one, is of such a token. */
export function isOfWord(char: string): boolean {
  return /[A-Za-z0-9\u0080-\uffff]/.test(char)
}
