/**
 * What is being typed at the caret of a search: the beginning of a key, or of the value of a key.
 *
 *   level>=warn (http.ro|          key, prefix `http.ro`
 *   service:check|out              value of `service`, prefix `check`
 *   service:(web che|ckout)        value of `service`, prefix `che`
 */
export type CompletionTarget = {
  /** The key whose value is typed; absent while the key itself is. */
  key?: string
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

/** The text with a completion put in its place, and where the caret then stands. */
export function complete(text: string, target: CompletionTarget, chosen: string, quote: (value: string) => string) {
  const put = target.key === undefined ? `${chosen}:` : `${quote(chosen)} `
  const rest = text.slice(target.to)
  const after = target.key === undefined ? rest.replace(/^(?::|>=|<=|=|>|<)/, '') : rest.trimStart()
  return { text: text.slice(0, target.from) + put + after, caret: target.from + put.length }
}

function insidePhrase(before: string): boolean {
  return before.replace(/\\./g, '').split('"').length % 2 === 0
}
