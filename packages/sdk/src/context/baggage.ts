/** One entry of W3C baggage; metadata is the text after the first `;`. */
export interface BaggageEntry {
  value: string
  metadata?: { toString(): string }
}

/** What W3C asks to be passed on whole, however many entries it has. */
const headerMaxLength = 8192

/** W3C baggage in the shape of `@opentelemetry/api`: immutable, each change makes a new one. */
export class Baggage {
  private readonly entries: ReadonlyMap<string, BaggageEntry>

  constructor(entries: ReadonlyMap<string, BaggageEntry>) {
    this.entries = entries
  }

  /** What is valid of a header; undefined when that is nothing. */
  static parse(header: string): Baggage | undefined {
    if (header.length > headerMaxLength) return undefined
    const entries = new Map<string, BaggageEntry>()
    for (const member of header.split(',')) {
      const [pair = '', ...properties] = member.split(';')
      const at = pair.indexOf('=')
      const key = pair.slice(0, Math.max(at, 0)).trim()
      if (key === '') continue
      const metadata = properties.map((property) => property.trim()).join(';')
      entries.set(decoded(key), {
        value: decoded(pair.slice(at + 1)),
        ...(metadata === '' ? {} : { metadata: { toString: () => metadata } }),
      })
    }
    return entries.size === 0 ? undefined : new Baggage(entries)
  }

  getEntry(key: string): BaggageEntry | undefined {
    return this.entries.get(key)
  }

  getAllEntries(): [string, BaggageEntry][] {
    return [...this.entries]
  }

  setEntry(key: string, entry: BaggageEntry): Baggage {
    return new Baggage(new Map([...this.entries, [key, entry]]))
  }

  removeEntry(key: string): Baggage {
    return this.removeEntries(key)
  }

  removeEntries(...keys: string[]): Baggage {
    return new Baggage(new Map([...this.entries].filter(([key]) => !keys.includes(key))))
  }

  clear(): Baggage {
    return new Baggage(new Map())
  }

  print(): string {
    return printEntries(this.getAllEntries())
  }
}

/** The `baggage` header of anything with entries: ours or one made by a copy of `@opentelemetry/api`. */
export function printBaggage(baggage: unknown): string | undefined {
  if (typeof baggage !== 'object' || baggage === null || !('getAllEntries' in baggage)) return undefined
  if (typeof baggage.getAllEntries !== 'function') return undefined
  return printEntries(baggage.getAllEntries() as [string, BaggageEntry][]) || undefined
}

function printEntries(entries: [string, BaggageEntry][]): string {
  let text = ''
  for (const [key, { value, metadata }] of entries) {
    const more = metadata === undefined ? '' : `;${metadata.toString().replace(/[^\x20-\x7e]/g, '')}`
    const member = `${encodeURIComponent(wellFormed(key))}=${encodeURIComponent(wellFormed(value))}${more}`
    const longer = text === '' ? member : `${text},${member}`
    if (longer.length > headerMaxLength) break
    text = longer
  }
  return text
}

/** A lone surrogate makes encodeURIComponent throw: it becomes U+FFFD. */
function wellFormed(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8')
}

/** What is no UTF-8 becomes U+FFFD, as W3C has it; a `%` without two digits behind it stands for itself. */
function decoded(text: string): string {
  return text.trim().replace(/(?:%[0-9a-f]{2})+/gi, (octets) => {
    return Buffer.from(octets.replaceAll('%', ''), 'hex').toString('utf8')
  })
}
