import { LastText } from './last-text.ts'

/** What is known of an attribute key, worked out once: its JSON, its OTLP bytes, and whether it names a secret. */
export interface Key {
  readonly name: string
  /** `,"name":` of a log line; with an underscore where the line has that name itself, so that no key comes twice. */
  readonly json: Uint8Array
  /** Field 1 of a KeyValue (the key) and the tag of field 2 (the value). */
  readonly wire: Uint8Array
  readonly secret: boolean
  /** Of a key whose texts are written in several places. */
  last: LastText | undefined
}

const ofLine = new Set(['time', 'level', 'logger', 'msg', 'trace_id', 'span_id', 'error'])
const remembered = 4096
const keyLengthMax = 512

export class Keys {
  private readonly known = new Map<string, Key>()

  of(name: string): Key {
    return this.known.get(name) ?? this.learn(name)
  }

  /** The same; from now on its last text is kept. */
  keeping(name: string): Key {
    const key = this.of(name)
    key.last ??= new LastText()
    return key
  }

  private learn(name: string): Key {
    const cut = name.length > keyLengthMax ? name.slice(0, keyLengthMax) : name
    const text = Buffer.from(cut, 'utf8')
    const length = text.length < 128 ? [text.length] : [(text.length & 127) | 128, text.length >>> 7]
    const key: Key = {
      name: cut,
      json: Buffer.from(`,${JSON.stringify(text.toString('utf8') + (ofLine.has(cut) ? '_' : ''))}:`),
      wire: Uint8Array.from([0x0a, ...length, ...text, 0x12]),
      secret: looksSecret(cut),
      last: undefined,
    }
    // A program that makes up keys at run time must not grow this without bound.
    if (this.known.size < remembered) this.known.set(name, key)
    return key
  }
}

const secretAnywhere = /passw|passphrase|secret|credential|authorization|apikey|privatekey|connectionstring/
const secretAtEnd = /(token|cookies?|accesskey|signingkey|encryptionkey|cardnumber|creditcard|jwt|bearer)$/
const secretWord = /(^|[^a-z])(pwd|ssn|cvv|cvc|auth)$/
/** Names of numbers and facts about secrets, not secrets: `passwordLength`, `token_count` never match at the end. */
const aboutSecret =
  /(count|length|size|type|expires|expired|expiresat|expiresin|enabled|required|changed|age|id|name|limit)$/

/** Whether a key names something that must not be shown: `password`, `x-api-key`, `accessToken`, `Set-Cookie`. */
export function looksSecret(name: string): boolean {
  const lower = name.toLowerCase()
  const joined = lower.replace(/[^a-z0-9]/g, '')
  if (secretAtEnd.test(joined) || secretWord.test(lower)) return true
  return secretAnywhere.test(joined) && !aboutSecret.test(joined)
}

export const redacted = '[redacted]'
