import { splitPipes } from '@wakeline/protocol'

/**
 * What is being typed at the caret of a search: the beginning of a key, of the value of a key, or of a pipe.
 *
 *   level>=warn (http.ro|          key, prefix `http.ro`
 *   service:check|out              value of `service`, prefix `check`
 *   service:(web che|ckout)        value of `service`, prefix `che`
 *   level:error | cou|             pipe, prefix `cou`
 *   level:error | count by (ser|   key in a pipe, prefix `ser`
 */
export type CompletionTarget = {
  /** The key whose value is typed; absent while the key itself is. */
  key?: string
  /** Behind the first bar: a pipe itself, or a key that stands in one. */
  pipe?: 'stage' | 'key'
  prefix: string
  /** What a chosen completion takes the place of, as offsets in the text. */
  from: number
  to: number
}

const keyPattern = String.raw`(?:^|[\s(|-])([^\s()"|:=<>-][^\s()"|:=<>]*)`
const quotedPattern = String.raw`"(?:[^"\\]|\\.)*`
const typedPattern = String.raw`(${quotedPattern}|[^\s()"|]*)$`
const valueAfterKey = new RegExp(`${keyPattern}(?::|>=|<=|=|>|<)${typedPattern}`)
/** The last of those in `key:(a b "c d"`, without its sign or comparison. */
const valueInGroup = new RegExp(
  String.raw`${keyPattern}:-?\((?:[^()"]|${quotedPattern}")*?(?<=[\s(])[-+!]?[<>]?=?${typedPattern}`,
)

/** Undefined inside of phrases without a key, where there is nothing to complete. */
export function completionTarget(text: string, caret: number): CompletionTarget | undefined {
  const before = text.slice(0, caret)
  const { pipes } = splitPipes(before)
  if (pipes !== '') return pipeTarget(pipes, text, caret)
  const after = /^[^\s()"|]*/.exec(text.slice(caret))?.[0] ?? ''
  const value = valueAfterKey.exec(before) ?? valueInGroup.exec(before)
  if (value !== null) {
    const [, key = '', typed = ''] = value
    const quoted = typed.startsWith('"')
    const prefix = quoted ? typed.slice(1).replace(/\\(.)/g, '$1') : typed
    const closing = quoted ? (/^(?:[^"\\]|\\.)*"?/.exec(text.slice(caret))?.[0] ?? '') : after
    return { key, prefix, from: caret - typed.length, to: caret + closing.length }
  }
  if (insidePhrase(before)) return undefined
  const typed = /[^\s()"|]*$/.exec(before)?.[0] ?? ''
  const prefix = typed.replace(/^-/, '')
  const key = /^[^:=<>]*/.exec(after)?.[0] ?? ''
  return { prefix, from: caret - prefix.length, to: caret + key.length }
}

/** Keys stand in brackets, and behind `top 10` and `values`; what follows a bar or a comma elsewhere is a pipe. */
function pipeTarget(pipes: string, text: string, caret: number): CompletionTarget | undefined {
  const prefix = /[^\s(),|"<>=!]*$/.exec(pipes)?.[0] ?? ''
  const stage = pipes.slice(pipes.lastIndexOf('|') + 1)
  const lead = stage.slice(0, stage.length - prefix.length)
  const isInside = lead.split('(').length > lead.split(')').length
  const isKey = isInside || /^\s*(top(\s+\d+)?|values)\s+$/.test(lead)
  if (!isKey && !/(^|,)\s*$/.test(lead)) return undefined
  const after = /^[^\s(),|"<>=!]*/.exec(text.slice(caret))?.[0] ?? ''
  return { pipe: isKey ? 'key' : 'stage', prefix, from: caret - prefix.length, to: caret + after.length }
}

/** What may stand behind a bar, as it is put into the search. */
const stages: readonly { text: string; says: string }[] = [
  { text: 'count by (', says: 'how many, for each value of keys' },
  { text: 'rate by (', says: 'how many a second' },
  { text: 'p95(', says: 'a percentile of a key: p50, p90, p99, ...' },
  { text: 'avg(', says: 'mean of a key' },
  { text: 'sum(', says: 'sum of a key' },
  { text: 'min(', says: 'least value of a key' },
  { text: 'max(', says: 'greatest value of a key' },
  { text: 'uniq(', says: 'how many different values of a key' },
  { text: 'top 10 ', says: 'the most frequent values of a key' },
  { text: 'values ', says: 'every value of a key' },
  { text: 'timeseries', says: 'over time, drawn' },
  { text: 'where ', says: 'only rows with such a figure: count>10' },
  { text: 'sort -count', says: 'in the order of a column' },
  { text: 'limit 20', says: 'so many rows' },
]

export const stagesThatBegin = (prefix: string): typeof stages => stages.filter(({ text }) => text.startsWith(prefix))

/** The text with a completion put in its place, and where the caret then stands. */
export function complete(text: string, target: CompletionTarget, chosen: string, quote: (value: string) => string) {
  if (target.pipe !== undefined) return completePipe(text, target, chosen)
  const put = target.key === undefined ? `${chosen}:` : `${quote(chosen)} `
  const rest = text.slice(target.to)
  const after = target.key === undefined ? rest.replace(/^(?::|>=|<=|=|>|<)/, '') : rest.trimStart()
  return { text: text.slice(0, target.from) + put + after, caret: target.from + put.length }
}

function completePipe(text: string, { pipe, from, to }: CompletionTarget, chosen: string) {
  const plain = pipe === 'stage' || /^[^\s(),|"<>=!]+$/.test(chosen)
  const put = plain ? chosen : `"${chosen.replace(/["\\]/g, '\\$&')}"`
  return { text: text.slice(0, from) + put + text.slice(to), caret: from + put.length }
}

function insidePhrase(before: string): boolean {
  return before.replace(/\\./g, '').split('"').length % 2 === 0
}
