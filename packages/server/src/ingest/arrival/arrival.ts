import { isSecretKey, namedSecrets, redactNamed, redactText } from './secrets.ts'
import { stableNames } from './stable-names.ts'

/**
 * What is done to telemetry as it arrives, besides storing it as it was sent:
 *
 *   secrets       replaced by [REDACTED], the one thing that changes what was sent
 *   stable names  `http.method` also stands under `http.request.method`
 *   bodies        the entries of a body that is a JSON object, or a map, also stand as attributes
 *   severity      found in the text where the sender gave no number; `wakeline.severity.from` then says where
 *
 * What is added beside has capital letters in `attribute_types`, so that what was sent can be told from it.
 */
export type ArrivalOptions = {
  redact: boolean
  /** Keys of secrets besides the known ones, whole or their last words. */
  redactKeys: readonly string[]
  stableNames: boolean
  parseBodies: boolean
  inferSeverity: boolean
}

/** What is known of a key, kept with the key in its column's dictionary. */
export const keyMark = { unknown: 0, plain: 1, secret: 2, firstStable: 3 } as const

export class Arrival {
  readonly options: ArrivalOptions
  readonly #stable = new Map<string, number>()
  readonly #names: DataView[] = []
  readonly #extraKeys: readonly string[]
  readonly #extraNamed: RegExp | undefined
  /** Values replaced since the start. */
  redacted = 0

  constructor(options: ArrivalOptions) {
    this.options = options
    this.#extraKeys = options.redactKeys.map((key) => key.toLowerCase())
    const escaped = this.#extraKeys.map((key) => key.replace(/[^a-z0-9]/g, (sign) => `\\${sign}`))
    this.#extraNamed = escaped.length === 0 ? undefined : namedSecrets(escaped.join('|'))
    if (!options.stableNames) return
    for (const [old, name] of Object.entries(stableNames)) {
      this.#stable.set(old, keyMark.firstStable + this.#names.length)
      this.#names.push(new DataView(new TextEncoder().encode(name).buffer))
    }
  }

  /** Whether every text must be looked at with the patterns: for keys of the user's own, nothing quicker is known. */
  get hasOwnKeys(): boolean {
    return this.#extraNamed !== undefined
  }

  isSecret(key: string): boolean {
    return this.options.redact && isSecretKey(key, this.#extraKeys)
  }

  /** The text without its secrets; the same text when it has none. */
  redact(text: string): string {
    if (!this.options.redact) return text
    const redacted = redactText(text)
    return this.#extraNamed === undefined ? redacted : redactNamed(redacted, this.#extraNamed)
  }

  markOf(key: string): number {
    if (this.isSecret(key)) return keyMark.secret
    return this.#stable.get(key) ?? keyMark.plain
  }

  /** Those behind the marks from `firstStable` on. */
  get stableNames(): readonly DataView[] {
    return this.#names
  }

  /** The stable name behind a mark of at least `firstStable`. */
  stableName(mark: number): DataView {
    const name = this.#names[mark - keyMark.firstStable]
    if (name === undefined) throw new Error(`there is no stable name for the mark ${mark}`)
    return name
  }
}
