import { PoisonError, QueryError, StoreAwayError } from './store.ts'

/**
 * What the engine's error numbers mean to the rest of the server. A number that is in neither list is the
 * statement's own fault (reading) or the file's (loading).
 */
const stops: Readonly<Record<number, readonly [reason: QueryError['reason'], sentence: string]>> = {
  158: ['rows', 'it reads more rows than the limit; narrow the time range or the search'],
  159: ['timeout', 'it took longer than the limit; narrow the time range or the search'],
  160: ['timeout', 'it would take longer than the limit; narrow the time range or the search'],
  241: ['memory', 'it needs more memory than the limit; narrow the time range or group by fewer values'],
  307: ['rows', 'it reads more bytes than the limit; narrow the time range or the search'],
  394: ['cancelled', 'it was cancelled'],
  396: ['rows', 'its answer has more rows than the limit; narrow the time range or the search'],
}

/** Nothing is wrong with the file: disk full, memory, too many parts, shutting down, a read or write that failed. */
const away = new Set([
  74, 75, 76, 159, 173, 202, 209, 210, 236, 241, 243, 252, 279, 319, 394, 425, 439, 499, 568, 570, 571, 999,
])

export function engineCode(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined
  if ('clickhouseCode' in error && typeof error.clickhouseCode === 'number') return error.clickhouseCode
  // Of the HTTP client, which gives the number as text; those of Node's sockets are words.
  if ('code' in error && typeof error.code === 'string' && /^\d+$/.test(error.code)) return Number(error.code)
  // Of a stream, which has it in the sentence alone.
  const said = /^Code: (\d+)\. DB::/.exec(error.message)?.[1]
  return said === undefined ? undefined : Number(said)
}

export function toQueryError(error: unknown): Error {
  const code = engineCode(error)
  if (code === undefined) return new StoreAwayError(`Cannot run the query: ${engineSentence(error)}`, { cause: error })
  const known = stops[code]
  if (known === undefined && away.has(code)) {
    return new StoreAwayError(`Cannot run the query: ${engineSentence(error)}`, { cause: error })
  }
  const [reason, sentence] = known ?? ['invalid', engineSentence(error)]
  return new QueryError(`Cannot run the query: ${sentence}`, reason)
}

/**
 * What is wrong with the bytes or their columns. On a cluster everything else may pass: another host, a user's rights, a schema
 * on its way. An end of file is not among them: it is also what a connection to a dying replica gives.
 */
const ofTheFile = new Set([6, 26, 27, 38, 41, 53, 69, 70, 117, 131, 190, 271, 432, 691])

export function toClusterLoadError(error: unknown, path: string): Error {
  const code = engineCode(error)
  const sentence = `Cannot load ${path}: ${engineSentence(error)}`
  return code !== undefined && ofTheFile.has(code)
    ? new PoisonError(sentence, { cause: error })
    : new StoreAwayError(sentence, { cause: error })
}

export function toLoadError(error: unknown, path: string): Error {
  const code = engineCode(error)
  const sentence = `Cannot load ${path}: ${engineSentence(error)}`
  return code === undefined || away.has(code)
    ? new StoreAwayError(sentence, { cause: error })
    : new PoisonError(sentence, { cause: error })
}

/** "Code: 62. DB::Exception: Syntax error: ... (SYNTAX_ERROR)" without what only the engine's authors need. */
function engineSentence(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text
    .replace(/^Code: \d+\.\s*/, '')
    .replaceAll('DB::Exception: ', '')
    .replace(/\s*\([A-Z0-9_]+\)\s*$/, '')
    .replace(/\.\s*$/, '')
    .slice(0, 500)
}
