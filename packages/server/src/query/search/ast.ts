/**
 * What a question says, before anyone knows which signal it is asked of. Plain data, made by `parse.ts`.
 *
 *   service:web level>=warn | count by (service) | sort -count
 *   -------- Search ------- | ---------- stages ------------
 *
 * `position` is the offset in the text where the term's value begins, for errors found later (an unknown level).
 */
export type Question = { search: Search; stages: Stage[] }

export type Search =
  | { is: 'all' }
  | { is: 'and'; terms: Search[] }
  | { is: 'or'; terms: Search[] }
  | { is: 'not'; term: Search }
  /** A word or "phrase" without a key: looked for in what people read (a log's body, a span's name). */
  | { is: 'words'; value: Value }
  | { is: 'compare'; key: string; compare: Comparison; value: Value }
  /** `key:[a TO b]`: with `[` and `]` the bound belongs to it, with `{` and `}` not; an absent bound is `*`. */
  | { is: 'between'; key: string; least?: Bound; most?: Bound; position: number }
  /** `{ ... }`: the trace has a span that matches all of it. */
  | { is: 'span'; search: Search; position: number }
  /** `a > b`: a span that matches `b` whose parent ('>') or any ancestor ('>>') matches `a`. */
  | { is: 'related'; above: Search; relation: '>' | '>>'; below: Search; position: number }

/** `:` matches (wildcards, words in a body), `=` equals exactly; the rest compare numbers, levels and durations. */
export type Comparison = ':' | '=' | '>' | '>=' | '<' | '<='
export type Bound = { value: Value; isIncluded: boolean }

export type Value =
  | { is: 'exact'; text: string; quoted: boolean; position: number }
  /** Literal pieces with "anything" between them: `5*` is ['5', '']. A lone `*` is ['', '']: the key exists. */
  | { is: 'wildcard'; pieces: string[]; position: number }
  | { is: 'regex'; pattern: string; position: number }

/** A key as it was written in a stage. */
export type Key = { key: string; position: number }

export type Stage =
  | { is: 'aggregate'; values: Aggregate[]; by: Key[]; position: number }
  | { is: 'top'; rows: number; key: Key; value?: Aggregate; position: number }
  | { is: 'values'; key: Key; position: number }
  /** Without a step, one that suits the range. */
  | { is: 'timeseries'; stepMs?: number; position: number }
  | { is: 'where'; column: Key; compare: Exclude<Comparison, ':'> | '!='; value: number; position: number }
  | { is: 'sort'; column: Key; order: 'rising' | 'falling'; position: number }
  | { is: 'limit'; rows: number; position: number }

/** One figure made of many records. `name` is how the column is headed: `p95(duration)`. */
export type Aggregate = { name: string; position: number } & (
  | { function: 'count' | 'rate' }
  | { function: 'avg' | 'min' | 'max' | 'sum' | 'uniq'; of: Key }
  | { function: 'quantile'; quantile: number; of: Key }
)

/** `refused` is a sentence for people; `position` the offset in the text it is about. */
export type SearchRefused = { refused: string; position: number }
