import { hash } from '../hash.ts'
import { maskValues, wildcard } from './masks.ts'

/**
 * Log lines put together by what is constant in them, as Drain does it (He et al., 2017), one line at a time:
 *
 *   line ─▶ masks ─▶ words ─▶ tree: how many words, then the first two ─▶ the most similar pattern of that leaf
 *                                                                          similar enough: words that differ become <*>
 *                                                                          not: a new pattern
 *
 * Patterns that have become the same (or the same but for how many values stand beside one another) are merged: `patternOf` leads
 * from the one to the other.
 */
export type LogPattern = {
  /** A hash of the first line's masked words: the pattern may become more general, and is still this one. */
  readonly id: string
  /** Grows wildcards. */
  readonly words: string[]
  lines: number
  /** What it became part of. */
  mergedInto: LogPattern | undefined
}

export type LogPatternsOptions = {
  /** The share of words that must be alike. */
  similarity: number
  /** Words of the beginning that lines of one pattern have in common. */
  depth: number
  /** So many different words at one place of the tree are kept apart; further ones share a branch. */
  childrenMax: number
  /** The one that was not met for longest is forgotten for a new one. */
  patternsMax: number
  /** Words beyond are not looked at. */
  wordsMax: number
}

const usual: LogPatternsOptions = { similarity: 0.8, depth: 2, childrenMax: 100, patternsMax: 5000, wordsMax: 200 }

type Leaf = { children: Map<string, Leaf>; patterns: LogPattern[] }
type Place = { pattern: LogPattern; leaf: Leaf; key: string }

/** Of one service, or of one search: lines come in any order, and the same lines give the same patterns. */
export class LogPatterns {
  /** Patterns merged so far. */
  merged = 0
  /** Forgotten for want of room. */
  forgotten = 0
  readonly #options: LogPatternsOptions
  readonly #roots = new Map<number, Leaf>()
  /** In the order they were last met. */
  readonly #places = new Map<LogPattern, Place>()
  readonly #byKey = new Map<string, LogPattern>()

  constructor(options: Partial<LogPatternsOptions> = {}) {
    this.#options = { ...usual, ...options }
  }

  /** The pattern of a line; ask `patternOf` what has become of it once further lines came. */
  add(line: string): LogPattern {
    const words = wordsOf(line, this.#options.wordsMax)
    const leaf = this.#leafOf(words)
    const found = this.#mostSimilar(leaf, words) ?? this.#open(leaf, words)
    if (this.#generalise(found, words) && found.mergedInto === undefined) this.#mergeAlike(found)
    const pattern = patternOf(found)
    pattern.lines += 1
    this.#touch(found)
    if (pattern !== found) this.#touch(pattern)
    return pattern
  }

  /** Those that are known now, each once. */
  patterns(): LogPattern[] {
    return [...this.#places.keys()].filter(({ mergedInto }) => mergedInto === undefined)
  }

  /** A merged pattern is always older than what it became part of, and so forgotten before. */
  #touch(pattern: LogPattern): void {
    const place = this.#places.get(pattern)
    if (place === undefined) return
    this.#places.delete(pattern)
    this.#places.set(pattern, place)
  }

  #leafOf(words: readonly string[]): Leaf {
    let leaf = childOf(this.#roots, words.length)
    for (const word of words.slice(0, this.#options.depth)) {
      const isNew = !leaf.children.has(word)
      leaf = childOf(leaf.children, isNew && leaf.children.size >= this.#options.childrenMax ? wildcard : word)
    }
    return leaf
  }

  #mostSimilar(leaf: Leaf, words: readonly string[]): LogPattern | undefined {
    let best: LogPattern | undefined
    let most = Math.ceil(this.#options.similarity * words.length - 1e-9) - 1
    for (const pattern of leaf.patterns) {
      const alike = wordsAlike(pattern.words, words)
      if (alike > most) [best, most] = [pattern, alike]
    }
    return best
  }

  #open(leaf: Leaf, words: readonly string[]): LogPattern {
    if (this.#places.size >= this.#options.patternsMax) this.#forgetOldest()
    const pattern: LogPattern = { id: hash(words.join(' ')), words: [...words], lines: 0, mergedInto: undefined }
    leaf.patterns.push(pattern)
    this.#places.set(pattern, { pattern, leaf, key: '' })
    return pattern
  }

  #generalise(pattern: LogPattern, words: readonly string[]): boolean {
    let changed = pattern.lines === 0
    for (let at = 0; at < words.length; at++) {
      const general = generalWord(pattern.words[at] ?? '', words[at] ?? '')
      if (general === pattern.words[at]) continue
      pattern.words[at] = general
      changed = true
    }
    return changed
  }

  /**
   * Two that have become the same go on as the one that was there first. The other stays in the tree, so that the next line like
   * it is found at once: it may have more words.
   */
  #mergeAlike(pattern: LogPattern): void {
    const place = this.#places.get(pattern)
    if (place === undefined) return
    const key = keyOf(pattern.words)
    const other = this.#byKey.get(key)
    if (this.#byKey.get(place.key) === pattern) this.#byKey.delete(place.key)
    place.key = key
    if (other === undefined || other === pattern) {
      this.#byKey.set(key, pattern)
      return
    }
    pattern.mergedInto = other
    other.lines += pattern.lines
    this.merged += 1
  }

  #remove({ pattern, leaf, key }: Place): void {
    leaf.patterns.splice(leaf.patterns.indexOf(pattern), 1)
    this.#places.delete(pattern)
    if (this.#byKey.get(key) === pattern) this.#byKey.delete(key)
  }

  #forgetOldest(): void {
    const [oldest] = this.#places.values()
    if (oldest === undefined) return
    this.#remove(oldest)
    this.forgotten += 1
  }
}

/** What a pattern has become part of, or itself. */
export function patternOf(pattern: LogPattern): LogPattern {
  let at = pattern
  while (at.mergedInto !== undefined) at = at.mergedInto
  return at
}

/** As people read it, and as it stands in a search: values that stand beside one another are one `<*>`. */
export const printPattern = ({ words }: Pick<LogPattern, 'words'>): string => keyOf(words)

/** Words of a line with its values masked; a list of values, however long, is one. */
function wordsOf(line: string, most: number): string[] {
  const words: string[] = []
  for (const word of maskValues(line).split(/\s+/)) {
    if (word === '') continue
    const short = word.includes(wildcard) ? word.replace(valuesInWord, wildcard) : word
    if (short.includes(wildcard) && short === words.at(-1)) continue
    if (words.length >= most) {
      words.push(wildcard)
      break
    }
    words.push(short)
  }
  return words
}

const valuesInWord = /<\*>(?:[,:.;|#/_-]*<\*>)+/g
const valuesBeside = /<\*>(?:[ ,:.;()[\]{}=/-]*<\*>)+/g
const keyOf = (words: readonly string[]): string => words.join(' ').replace(valuesBeside, wildcard)

function wordsAlike(of: readonly string[], words: readonly string[]): number {
  let alike = 0
  for (let at = 0; at < words.length; at++) {
    const [one, other] = [of[at], words[at]]
    if (one === other || (one === wildcard && other?.includes(wildcard))) alike += 1
  }
  return alike
}

/** Of `rhost=a` and `rhost=b` the key stays; one with a value and one without stay apart from others, as two patterns. */
function generalWord(one: string, other: string): string {
  if (one === other || one === wildcard) return one
  const key = one.slice(0, one.indexOf('=') + 1)
  return key !== '' && other.startsWith(key) && other !== key && one !== key ? key + wildcard : wildcard
}

function childOf<Key>(children: Map<Key, Leaf>, key: Key): Leaf {
  let child = children.get(key)
  if (child === undefined) {
    child = { children: new Map(), patterns: [] }
    children.set(key, child)
  }
  return child
}
