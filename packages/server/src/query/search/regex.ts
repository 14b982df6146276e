/**
 * Regular expressions of a search: the part of RE2's syntax that both the engine and this file understand, so that
 * live tail agrees with SQL, and matched in linear time, so that no viewer can stop the process with `(a+)+$`.
 *
 *   text -> Node (parseRegex) -> Step[] (compileRegex) -> boolean, following all ways at once
 *
 * Known: literals . [classes] \d \w \s \b and their opposites, ^ $ (of the whole value), groups, |, * + ? {n,m},
 * and (?i) at the beginning. `.` matches a line end too. What is not known is refused, never guessed.
 */
export type Regex = { ignoreCase: boolean; root: Node }
type Range = readonly [low: number, high: number]
type Node =
  | { is: 'set'; ranges: readonly Range[]; negated: boolean }
  | { is: 'sequence'; nodes: Node[] }
  | { is: 'choice'; nodes: Node[] }
  | { is: 'repeat'; node: Node; min: number; max: number }
  | { is: 'assert'; what: Assertion }
type Assertion = 'begin' | 'end' | 'word boundary' | 'no word boundary'
export type RegexRefused = { refused: string; position: number }

/** RE2 takes `{01}` as it is written, because of the zero. */
const repetition = /^(?:[*+?]|\{(0|[1-9]\d*)(?:(,)(0|[1-9]\d*)?)?\})\??/
const repeatMax = 100
const depthMax = 30

const lastCodePoint = 0x10ffff
const digit: Range[] = [[48, 57]]
const space: Range[] = [
  [9, 10],
  [12, 13],
  [32, 32],
]
const word: Range[] = [
  [48, 57],
  [65, 90],
  [95, 95],
  [97, 122],
]
const classes: Record<string, readonly Range[]> = {
  d: digit,
  s: space,
  w: word,
  D: outside(digit),
  S: outside(space),
  W: outside(word),
}
/** In any case the long s and the Kelvin sign are letters of words, as `s` and `k` are. */
const notWordInAnyCase = outside([...word, [0x17f, 0x17f], [0x212a, 0x212a]])
const controls: Record<string, number> = { t: 9, n: 10, v: 11, f: 12, r: 13 }

export function parseRegex(pattern: string): Regex | RegexRefused {
  const ignoreCase = pattern.startsWith('(?i)')
  const reader = new Reader(pattern, ignoreCase)
  const root = reader.choice()
  if ('refused' in root) return root
  if (reader.rest() !== '') return { refused: "a ')' closes nothing", position: reader.at }
  return { ignoreCase, root }
}

class Reader {
  at: number
  readonly #text: string
  readonly #ignoreCase: boolean
  #depth = 0

  constructor(text: string, ignoreCase: boolean) {
    this.#text = text
    this.#ignoreCase = ignoreCase
    this.at = ignoreCase ? 4 : 0
  }

  rest(): string {
    return this.#text.slice(this.at)
  }

  choice(): Node | RegexRefused {
    if (++this.#depth > depthMax) return this.#refuse(`groups are nested more than ${depthMax} deep`)
    const nodes: Node[] = []
    do {
      const node = this.#sequence()
      if ('refused' in node) return node
      nodes.push(node)
    } while (this.#take('|'))
    this.#depth--
    return { is: 'choice', nodes }
  }

  #sequence(): Node | RegexRefused {
    const nodes: Node[] = []
    while (this.at < this.#text.length && !/^[|)]/.test(this.rest())) {
      const atom = this.#atom()
      if ('refused' in atom) return atom
      const repeated = this.#repeated(atom)
      if ('refused' in repeated) return repeated
      nodes.push(repeated)
    }
    return { is: 'sequence', nodes }
  }

  #repeated(node: Node): Node | RegexRefused {
    const sign = repetition.exec(this.rest())
    if (sign === null) return node
    this.at += sign[0].length
    if (repetition.test(this.rest())) return this.#refuse('one repetition follows another')
    if (node.is === 'assert') return this.#refuse('an anchor cannot be repeated')
    const unlimited = Number.POSITIVE_INFINITY
    if (sign[0].startsWith('*')) return { is: 'repeat', node, min: 0, max: unlimited }
    if (sign[0].startsWith('+')) return { is: 'repeat', node, min: 1, max: unlimited }
    if (sign[0].startsWith('?')) return { is: 'repeat', node, min: 0, max: 1 }
    const min = Number(sign[1])
    const max = sign[2] === undefined ? min : sign[3] === undefined ? unlimited : Number(sign[3])
    if (min > repeatMax || (max > repeatMax && max !== unlimited) || min > max) {
      return this.#refuse(`a repetition counts from low to high and at most to ${repeatMax}`)
    }
    return { is: 'repeat', node, min, max }
  }

  #atom(): Node | RegexRefused {
    const [repeat] = repetition.exec(this.rest()) ?? []
    if (repeat !== undefined) return this.#refuse(`there is nothing for '${repeat}' to repeat`)
    const char = String.fromCodePoint(this.#text.codePointAt(this.at) ?? 0)
    this.at += char.length
    switch (char) {
      case '(':
        return this.#group()
      case '[':
        return this.#class()
      case '\\':
        return this.#escape()
      case '.':
        return { is: 'set', ranges: [[0, lastCodePoint]], negated: false }
      case '^':
        return { is: 'assert', what: 'begin' }
      case '$':
        return { is: 'assert', what: 'end' }
      default:
        return literal(char)
    }
  }

  #group(): Node | RegexRefused {
    if (this.rest().startsWith('?:')) this.at += 2
    else if (this.rest().startsWith('?'))
      return this.#refuse("groups that begin with '(?' are not supported, but for (?: ) and a leading (?i)")
    const node = this.choice()
    if ('refused' in node) return node
    return this.#take(')') ? node : this.#refuse("a '(' is never closed")
  }

  #escape(): Node | RegexRefused {
    const char = this.#text.charAt(this.at++)
    if (char === 'b') return { is: 'assert', what: 'word boundary' }
    if (char === 'B') return { is: 'assert', what: 'no word boundary' }
    const ranges = this.#escaped(char)
    return 'refused' in ranges ? ranges : { is: 'set', ranges, negated: false }
  }

  #escaped(char: string): readonly Range[] | RegexRefused {
    if (char === 'W' && this.#ignoreCase) return notWordInAnyCase
    const known = Object.hasOwn(classes, char) ? classes[char] : undefined
    if (known !== undefined) return known
    const code = Object.hasOwn(controls, char) ? controls[char] : undefined
    if (code !== undefined) return [[code, code]]
    if (!/^[!-/:-@[-`{-~]$/.test(char)) return this.#refuse(`'\\${char}' is not supported`)
    return [[char.charCodeAt(0), char.charCodeAt(0)]]
  }

  #class(): Node | RegexRefused {
    const negated = this.#take('^')
    const ranges: Range[] = []
    for (let first = true; ; first = false) {
      if (this.at >= this.#text.length) return this.#refuse("a '[' is never closed")
      if (!first && this.#take(']')) return { is: 'set', ranges, negated }
      if (this.rest().startsWith('[:')) return this.#refuse('classes such as [:alpha:] are not supported')
      const low = this.#classPart()
      if ('refused' in low) return low
      const only = low[0]
      const isRange = /^-[^\]]/.test(this.rest()) && low.length === 1 && only !== undefined && only[0] === only[1]
      if (!isRange || only === undefined) {
        ranges.push(...low)
        continue
      }
      this.at++
      const high = this.#classPart()
      if ('refused' in high) return high
      const end = high.length === 1 ? high[0]?.[1] : undefined
      if (end === undefined || end < only[0]) return this.#refuse('a range of a class runs backwards')
      ranges.push([only[0], end])
    }
  }

  #classPart(): readonly Range[] | RegexRefused {
    const code = this.#text.codePointAt(this.at) ?? 0
    this.at += code > 0xffff ? 2 : 1
    if (code !== 92) return [[code, code]]
    return this.#escaped(this.#text.charAt(this.at++))
  }

  #take(char: string): boolean {
    if (!this.#text.startsWith(char, this.at)) return false
    this.at++
    return true
  }

  #refuse(refused: string): RegexRefused {
    return { refused, position: Math.min(this.at, this.#text.length) }
  }
}

function literal(char: string): Node {
  const code = char.codePointAt(0) ?? 0
  return { is: 'set', ranges: [[code, code]], negated: false }
}

function outside(ranges: readonly Range[]): Range[] {
  const result: Range[] = []
  let from = 0
  for (const [low, high] of ranges) {
    if (low > from) result.push([from, low - 1])
    from = high + 1
  }
  result.push([from, lastCodePoint])
  return result
}

type Step =
  | { is: 'set'; accepts: (code: number) => boolean }
  | { is: 'split'; to: number[] }
  | { is: 'assert'; what: Assertion }
  | { is: 'found' }

const stepsMax = 500

/** The function that says whether the expression is found anywhere in a text. */
export function compileRegex(regex: Regex): ((text: string) => boolean) | { refused: string } {
  const program: Program = { steps: [], ignoreCase: regex.ignoreCase }
  const isSmall = emit(regex.root, program)
  program.steps.push({ is: 'found' })
  if (!isSmall) return { refused: `it is too large: repetitions unrolled, it has more than ${stepsMax} steps` }
  return (text) => isFound(program.steps, text)
}

type Program = { steps: Step[]; ignoreCase: boolean }

function emit(node: Node, program: Program): boolean {
  const { steps, ignoreCase } = program
  if (steps.length > stepsMax) return false
  switch (node.is) {
    case 'set':
      steps.push({ is: 'set', accepts: setTest(node, ignoreCase) })
      return true
    case 'assert':
      steps.push(node)
      return true
    case 'sequence':
      return node.nodes.every((each) => emit(each, program))
    case 'choice':
      return emitChoice(node.nodes, program)
    case 'repeat':
      return emitRepeat(node, program)
  }
}

function emitChoice(nodes: Node[], program: Program): boolean {
  const { steps } = program
  const split: Step & { is: 'split' } = { is: 'split', to: [] }
  steps.push(split)
  const ends: (Step & { is: 'split' })[] = []
  for (const node of nodes) {
    split.to.push(steps.length)
    if (!emit(node, program)) return false
    const end: Step & { is: 'split' } = { is: 'split', to: [] }
    ends.push(end)
    steps.push(end)
  }
  for (const end of ends) end.to.push(steps.length)
  return true
}

function emitRepeat({ node, min, max }: Node & { is: 'repeat' }, program: Program): boolean {
  const { steps } = program
  for (let count = 0; count < min; count++) if (!emit(node, program)) return false
  if (max === Number.POSITIVE_INFINITY) {
    const again: Step & { is: 'split' } = { is: 'split', to: [steps.length + 1] }
    const start = steps.push(again) - 1
    if (!emit(node, program)) return false
    steps.push({ is: 'split', to: [start] })
    again.to.push(steps.length)
    return true
  }
  const skips: (Step & { is: 'split' })[] = []
  for (let count = min; count < max; count++) {
    const skip: Step & { is: 'split' } = { is: 'split', to: [steps.length + 1] }
    skips.push(skip)
    steps.push(skip)
    if (!emit(node, program)) return false
  }
  for (const skip of skips) skip.to.push(steps.length)
  return true
}

function isFound(steps: readonly Step[], text: string): boolean {
  const reachedAt = new Int32Array(steps.length).fill(-1)
  let ways: number[] = []
  let before = -1
  for (let at = 0; ; ) {
    const code = text.codePointAt(at) ?? -1
    const follow = [...ways, 0]
    const waiting: { accepts: (code: number) => boolean; to: number }[] = []
    for (let index = follow.pop(); index !== undefined; index = follow.pop()) {
      if (reachedAt[index] === at) continue
      reachedAt[index] = at
      const step = steps[index]
      if (step === undefined) continue
      if (step.is === 'found') return true
      if (step.is === 'split') follow.push(...step.to)
      else if (step.is === 'set') waiting.push({ accepts: step.accepts, to: index + 1 })
      else if (holds(step.what, before, code)) follow.push(index + 1)
    }
    if (code < 0) return false
    ways = waiting.filter(({ accepts }) => accepts(code)).map(({ to }) => to)
    before = code
    at += code > 0xffff ? 2 : 1
  }
}

function setTest({ ranges, negated }: Node & { is: 'set' }, ignoreCase: boolean): (code: number) => boolean {
  const isListed = (code: number): boolean => ranges.some(([low, high]) => code >= low && code <= high)
  if (!ignoreCase) return (code) => isListed(code) !== negated
  const anyCase = inAnyCase(ranges)
  return (code) => (isListed(code) || anyCase.test(String.fromCodePoint(code))) !== negated
}

/** One character of a class. JavaScript folds single characters as RE2 does: `s` is also the long s, `k` the Kelvin sign. */
function inAnyCase(ranges: readonly Range[]): RegExp {
  const escaped = (code: number): string => `\\u{${code.toString(16)}}`
  return new RegExp(`[${ranges.map(([low, high]) => `${escaped(low)}-${escaped(high)}`).join('')}]`, 'iu')
}

function holds(what: Assertion, before: number, after: number): boolean {
  if (what === 'begin') return before < 0
  if (what === 'end') return after < 0
  return (isWord(before) !== isWord(after)) === (what === 'word boundary')
}

function isWord(code: number): boolean {
  return word.some(([low, high]) => code >= low && code <= high)
}
