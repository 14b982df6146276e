/**
 * What is taken for a secret and not stored.
 *
 * By its key, whatever the value: a key whose last words (parted by `.`, `_`, `-` or a capital) are one of
 *   password passwd pwd passphrase secret authorization token cookie apikey api-key private-key access-key
 * but not counts and kinds of tokens (`gen_ai.usage.input_tokens` ends in "tokens", `token_type` in "type").
 *
 * By its value, in any text of at least 12 bytes, bodies included; only the secret itself is replaced:
 *   Bearer xyz...  Basic xyz...      a scheme and 16 characters of a token behind it
 *   eyJ....eyJ....sig                a JWT
 *   AKIA/ASIA + 16                   an AWS access key id
 *   ghp_ gho_ ghs_ github_pat_ xoxb- sk- (20 and more behind it)
 *   -----BEGIN ... PRIVATE KEY-----  to its end
 *   password=xyz  "api_key": "xyz"   one of the words above, `=` or `:`, and what stands behind it
 *   scheme://user:xyz@host           a password in a URL
 */
export const redactedText = '[REDACTED]'

const words =
  'password|passwd|pwd|passphrase|secret|authorization|token|cookie|api[-_.]?key|private[-_.]?key|access[-_.]?key'
const secretKey = new RegExp(`(?:^|[._-])(?:set-)?(?:${words})$`)

/** `extraKeys`: further keys of secrets, whole or their last words, in lower case. */
export function isSecretKey(key: string, extraKeys: readonly string[]): boolean {
  const text = key.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase()
  return (
    secretKey.test(text) ||
    extraKeys.some(
      (extra) => text === extra || (text.endsWith(extra) && /[._-]/.test(text.charAt(text.length - extra.length - 1))),
    )
  )
}

const values: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, redactedText],
  [/\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*/g, redactedText],
  [/\b((?:Bearer|Basic) +)[\w.~+/-]{16,}=*/gi, `$1${redactedText}`],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, redactedText],
  [/\b(?:gh[pousr]_|github_pat_|xox[abprs]-|sk-)[\w-]{20,}/g, redactedText],
  [/(\w:\/\/[^\s/:@]{0,100}:)[^\s/@]{1,200}@/g, `$1${redactedText}@`],
]

/** A word for a secret, `=` or `:`, and a value: in quotes (they stay, so that JSON stays JSON), or to the next blank. */
export function namedSecrets(names: string): RegExp {
  return new RegExp(
    String.raw`((?:^|[^A-Za-z])(?:[A-Za-z0-9]{1,20}[._-]){0,3}(?:${names})\\?["']?\s?[=:]\s?)(?:(\\?")((?:[^"\\]|\\[^"])*)(\\?")|(')([^']*)(')|[^\s"'&,;})\]\\]+)`,
    'gi',
  )
}

const named = namedSecrets(words)

/** The text without its secrets; the same text when it has none. */
export function redactText(text: string): string {
  let redacted = text
  for (const [pattern, instead] of values) redacted = redacted.replace(pattern, instead)
  return redactNamed(redacted, named)
}

export function redactNamed(text: string, pattern: RegExp): string {
  return text.replace(
    pattern,
    (whole, before: string, open?: string, _value?: string, close?: string, quote?: string) => {
      if (whole.includes(redactedText)) return whole
      return before + (open ?? quote ?? '') + redactedText + (close ?? quote ?? '')
    },
  )
}

/** A text shorter than this is let pass: no token is that short. */
export const secretSizeMinBytes = 12

/**
 * Characters at which a secret may be told: `K` of AKIA, `S` of ASIA, `J` of eyJ, `B` and `b` of Bearer, Basic and
 * BEGIN, `_` and `-` behind prefixes, `=` and `:` behind a word, `@` behind a password. For each, the characters that
 * must stand before it or behind it to make it worth a look (none: any).
 */
const tells: Readonly<Record<string, { before?: RegExp; behind?: RegExp }>> = {
  K: { before: /A/, behind: /I/ },
  S: { before: /A/, behind: /I/ },
  J: { before: /y/, behind: /[\w-]/ },
  B: { before: /[^a-z]/, behind: /[EeAa]/ },
  b: { before: /[^A-Za-z]/, behind: /[ea]/ },
  _: { before: /[pousrt]/, behind: /[\w-]/ },
  '-': { before: /[kabprs]/, behind: /[\w-]/ },
  '=': { before: /[dtneyh"' \\]/i },
  ':': { before: /[dtneyh"' \\]/i },
  '@': { behind: /[^ ]/ },
}

const code = (text: string, at = 0): number => text.charCodeAt(at)
const [underscore, dash, colon, equals] = [code('_'), code('-'), code(':'), code('=')]

/** For each pair of bytes, the first in the low half, which of them may be a tell: 1 the first, 2 the second. */
const pairs = new Uint8Array(65_536)
const mayBeTold = (pair: number, which: number): void => {
  pairs[pair] = (pairs[pair] ?? 0) | which
}
for (const [tell, { before = /^/, behind = /^/ }] of Object.entries(tells)) {
  for (let other = 0; other < 256; other += 1) {
    const character = String.fromCharCode(other)
    if (behind.test(character)) mayBeTold(code(tell) | (other << 8), 1)
    if (before.test(character)) mayBeTold(other | (code(tell) << 8), 2)
  }
}

/**
 * Whether it is worth looking at these bytes with the patterns: no secret is missed, and few texts are hit in vain.
 * Eight bytes are read at a time, the last eight whatever was read of them: every body and every long value goes through here.
 */
export function maySecret(view: DataView, at: number, end: number): boolean {
  const last = end - 8
  // Nobody asks about a text as short, unless a limit has cut it.
  if (last < at) return true
  for (let i = at; ; i = Math.min(i + 8, last)) {
    const word = view.getUint32(i, true)
    const next = view.getUint32(i + 4, true)
    const told = (pairs[word & 0xffff] ?? 0) | ((pairs[word >>> 16] ?? 0) << 2)
    const toldNext = (pairs[next & 0xffff] ?? 0) | ((pairs[next >>> 16] ?? 0) << 2)
    if ((told | toldNext) !== 0 && isAnyTold(view, i, told | (toldNext << 4), at, end)) return true
    if (i === last) return false
  }
}

/** `told` has a bit for each byte from `i` on that may be a tell. */
function isAnyTold(view: DataView, i: number, told: number, at: number, end: number): boolean {
  for (let rest = told; rest !== 0; rest &= rest - 1) {
    const place = i + 31 - Math.clz32(rest & -rest)
    if (mayTell(view, place, at, end) && isTold(view, place, at, end)) return true
  }
  return false
}

/** Of its two neighbours only one was looked at together with it. */
function mayTell(view: DataView, i: number, at: number, end: number): boolean {
  if (i > at && ((pairs[view.getUint16(i - 1, true)] ?? 0) & 2) === 0) return false
  return i + 1 >= end || ((pairs[view.getUint16(i, true)] ?? 0) & 1) !== 0
}

function isTold(view: DataView, i: number, at: number, end: number): boolean {
  const byte = view.getUint8(i)
  const before = i > at ? view.getUint8(i - 1) : 0
  const after = i + 1 < end ? view.getUint8(i + 1) : 0
  switch (byte) {
    case underscore:
      // gh?_ and github_pat_
      return (
        i >= at + 3 &&
        ((view.getUint8(i - 3) === 0x67 && view.getUint8(i - 2) === 0x68) ||
          (before === 0x74 && view.getUint8(i - 2) === 0x61 && view.getUint8(i - 3) === 0x70))
      )
    case dash:
      // xox?- and sk-
      return (
        (before === 0x6b && i >= at + 2 && view.getUint8(i - 2) === 0x73) ||
        (i >= at + 4 && view.getUint8(i - 3) === 0x6f && view.getUint8(i - 2) === 0x78)
      )
    case equals:
    case colon:
      return isBehindWord(view, i, at)
    case 0x40: // @
      return isInUrl(view, i, at)
    case 0x4a: // J
      return before === 0x79
    case 0x4b: // K
      return before === 0x41 && after === 0x49
    case 0x53: // S of ASIA
      return before === 0x41 && after === 0x49
    case 0x42: // B and b
    case 0x62: {
      const rest =
        i + 3 < end ? ((after | 0x20) << 16) | ((view.getUint8(i + 2) | 0x20) << 8) | (view.getUint8(i + 3) | 0x20) : 0
      return rest === ear || rest === asi || rest === egi
    }
    default:
      return false
  }
}

/** Of Bearer, Basic and BEGIN. */
const [ear, asi, egi] = ['ear', 'asi', 'egi'].map((text) => (code(text) << 16) | (code(text, 1) << 8) | code(text, 2))

/** Whether an `@` may end `scheme://user:password`. */
function isInUrl(view: DataView, i: number, at: number): boolean {
  let isColonSeen = false
  for (let before = i - 1; before > at && before > i - 300; before -= 1) {
    const byte = view.getUint8(before)
    if (byte === 0x20) return false
    if (byte === 0x2f) return isColonSeen && view.getUint8(before - 1) === 0x2f
    if (byte === colon) isColonSeen = true
  }
  return false
}

/** Last letters of the words, in lower case, behind which `=` or `:` gives a secret away. */
function isBehindWord(view: DataView, i: number, at: number): boolean {
  let last = i - 1
  while (
    last > at &&
    (view.getUint8(last) === 0x22 ||
      view.getUint8(last) === 0x27 ||
      view.getUint8(last) === 0x5c ||
      view.getUint8(last) === 0x20)
  )
    last -= 1
  if (last < at + 2) return false
  const ending =
    ((view.getUint8(last - 2) | 0x20) << 16) | ((view.getUint8(last - 1) | 0x20) << 8) | (view.getUint8(last) | 0x20)
  return endings.has(ending)
}

const endings: ReadonlySet<number> = new Set(
  ['password', 'passwd', 'pwd', 'passphrase', 'secret', 'authorization', 'token', 'cookie', 'key'].map((word) => {
    const [a, b, c] = word.slice(-3)
    return (code(a ?? '') << 16) | (code(b ?? '') << 8) | code(c ?? '')
  }),
)
