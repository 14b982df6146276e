/**
 * What a search text means, before anyone knows which signal it is asked of. Plain data, made by `parse.ts`.
 *
 * `position` is the offset in the text where the term's value begins, for errors found later (an unknown level).
 */
export type Search =
  | { is: 'all' }
  | { is: 'and'; terms: Search[] }
  | { is: 'or'; terms: Search[] }
  | { is: 'not'; term: Search }
  /** A word or "phrase" without a key: looked for in what people read (a log's body, a span's name). */
  | { is: 'words'; value: Value }
  | { is: 'compare'; key: string; compare: Comparison; value: Value }

/** `:` matches (wildcards, words in a body), `=` equals exactly; the rest compare numbers, levels and durations. */
export type Comparison = ':' | '=' | '>' | '>=' | '<' | '<='

export type Value =
  | { is: 'exact'; text: string; quoted: boolean; position: number }
  /** Literal pieces with "anything" between them: `5*` is ['5', '']. A lone `*` is ['', '']: the key exists. */
  | { is: 'wildcard'; pieces: string[]; position: number }
  | { is: 'regex'; pattern: string; position: number }

/** `refused` is a sentence for people; `position` the offset in the text it is about. */
export type SearchRefused = { refused: string; position: number }
