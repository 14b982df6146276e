import { dirname, resolve } from 'node:path'
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml'

/** A YAML file being read: every mistake is kept with the line it stands in, and reading goes on behind it. */
export class YamlInput {
  readonly errors: string[] = []
  /** The same mistakes, for who shows each beside what is wrong. */
  readonly #problems: { offset: number; what: string; position?: number }[] = []
  readonly root: Node | undefined
  readonly #path: string
  readonly #source: string
  readonly #withColumns: boolean
  readonly #document: Document
  readonly #lines = new LineCounter()

  /** `withColumns`: a place is `path:line:column`, which editors follow, and not the line alone. */
  constructor(path: string, text: string, { withColumns = false } = {}) {
    this.#path = path
    this.#source = text
    this.#withColumns = withColumns
    const document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false })
    this.#document = document
    const [error] = document.errors
    // Further ones mostly follow from the first.
    if (error !== undefined) this.#wrongAt(error.pos[0], error.message)
    this.root = error === undefined ? (document.contents ?? undefined) : undefined
  }

  #placeAt(offset: number): string {
    const { line, col } = this.#lines.linePos(offset)
    return `${this.#path}:${line}${this.#withColumns ? `:${col}` : ''}`
  }

  #wrongAt(offset: number, what: string, position?: number): void {
    this.errors.push(`Cannot read ${this.#placeAt(offset)}: ${what}.`)
    this.#problems.push({ offset, what, ...(position !== undefined && { position }) })
  }

  problems(): readonly YamlProblem[] {
    return this.#problems.map(({ offset, ...problem }) => ({ ...problem, path: pathTo(this.root, offset) }))
  }

  /** A path in the file, from the folder in which the file lies. */
  besides(path: string): string {
    return resolve(dirname(this.#path), path)
  }

  line(node: unknown): number {
    const offset = isNode(node) ? (node.range?.[0] ?? 0) : 0
    return this.#lines.linePos(offset).line
  }

  /** Notes that something is wrong at a node: `what` says what, and what to do. */
  wrong(node: unknown, what: string): void {
    this.#wrongAt(offsetOf(node), what)
  }

  /** The same at a place inside of a text, where its line stands in the file as it is; else where the text begins. */
  wrongInside(node: unknown, { text, offset }: { text: string; offset: number }, what: string): void {
    const [from, to] = isNode(node) && node.range ? node.range : [0, 0]
    const lineStart = text.lastIndexOf('\n', offset - 1) + 1
    const line = text.slice(lineStart).split('\n', 1)[0] ?? ''
    const found = line === '' ? -1 : this.#source.slice(0, to).indexOf(line, from)
    const at = found < 0 ? from : found + offset - lineStart
    this.errors.push(`Cannot read ${this.#placeAt(at)}: ${what}.`)
    // Where the text is one of JSON, its place there is another than in the text itself.
    this.#problems.push({ offset: from, what, position: offset })
  }

  place(node: unknown): string {
    return this.#placeAt(offsetOf(node))
  }

  /** What an alias stands for. */
  #resolved(node: unknown): unknown {
    return isAlias(node) ? node.resolve(this.#document) : node
  }

  /** The entries of a mapping; none, and an error, where it is none. */
  mapping(given: unknown, what: string): Mapping {
    const entries = new Map<string, Entry>()
    const node = this.#resolved(given)
    if (isMap(node)) {
      for (const { key, value } of node.items) {
        const name = isScalar(key) ? String(key.value) : String(key)
        if (entries.has(name)) this.wrong(key, `"${name}" is given twice`)
        entries.set(name, { name, key, value: isScalar(value) && value.value === null ? undefined : value })
      }
    } else if (node !== undefined) this.wrong(node, `${what} is expected as a list of "name: value" lines`)
    return new Mapping(this, entries, node)
  }

  list(given: unknown, what: string): readonly unknown[] {
    const node = this.#resolved(given)
    if (isSeq(node)) return node.items
    if (node !== undefined && !(isScalar(node) && node.value === null))
      this.wrong(node, `${what} is expected as a list of "- value" lines`)
    return []
  }

  /** A scalar as text; numbers and booleans as they are written. */
  text(given: unknown, what: string): string {
    const node = this.#resolved(given)
    if (isScalar(node)) {
      if (typeof node.value === 'string') return node.value
      if (node.value !== null && typeof node.value !== 'object') return node.source ?? String(node.value)
      if (node.value === null) return ''
    }
    this.wrong(node, `${what} is expected as a text`)
    return ''
  }
}

/** What is wrong, the names and numbers that lead to it, and in a text at which offset. */
export type YamlProblem = {
  readonly path: readonly (string | number)[]
  readonly what: string
  readonly position?: number
}

const offsetOf = (node: unknown): number => (isNode(node) ? (node.range?.[0] ?? 0) : 0)

/** The names and numbers under which an offset lies. */
function pathTo(node: unknown, offset: number): (string | number)[] {
  const holds = (part: unknown): boolean =>
    isNode(part) && !!part.range && part.range[0] <= offset && offset < part.range[2]
  if (isMap(node)) {
    for (const { key, value } of node.items)
      if (holds(key) || holds(value)) return [isScalar(key) ? String(key.value) : String(key), ...pathTo(value, offset)]
  } else if (isSeq(node)) {
    const place = node.items.findIndex(holds)
    if (place >= 0) return [place, ...pathTo(node.items[place], offset)]
  }
  return []
}

type Entry = { name: string; key: unknown; value: unknown }

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'range' in value
}

/** The entries of one mapping, each taken by who knows it; `end` says which nobody knew. */
export class Mapping {
  readonly input: YamlInput
  readonly node: unknown
  readonly #entries: Map<string, Entry>
  readonly #taken = new Set<string>()

  constructor(input: YamlInput, entries: Map<string, Entry>, node: unknown) {
    this.input = input
    this.node = node
    this.#entries = entries
  }

  /** Undefined where it is absent or empty. */
  take(name: string): unknown {
    this.#taken.add(name)
    return this.#entries.get(name)?.value
  }

  has(name: string): boolean {
    return this.#entries.has(name)
  }

  text(name: string, initial = ''): string {
    const node = this.take(name)
    return node === undefined ? initial : this.input.text(node, name)
  }

  boolean(name: string, initial: boolean): boolean {
    const node = this.take(name)
    if (node === undefined) return initial
    if (isScalar(node) && typeof node.value === 'boolean') return node.value
    this.input.wrong(node, `${name} is true or false`)
    return initial
  }

  choice<Value extends string>(name: string, choices: readonly Value[], initial: Value): Value {
    const text = this.text(name, initial)
    const chosen = choices.find((choice) => choice === text)
    if (chosen === undefined) this.input.wrong(this.take(name), `${name} is "${text}" and can be ${choices.join(', ')}`)
    return chosen ?? initial
  }

  /** Read from its text by `parse`, which answers undefined for what is none. */
  parsed<Value>(name: string, initial: Value, parse: (text: string) => Value | undefined, expected: string): Value {
    const node = this.take(name)
    if (node === undefined) return initial
    const text = this.input.text(node, name)
    const value = parse(text)
    if (value === undefined) this.input.wrong(node, `${name} is "${text}" and is expected as ${expected}`)
    return value ?? initial
  }

  texts(name: string): readonly string[] {
    return this.input.list(this.take(name), name).map((node) => this.input.text(node, name))
  }

  /** Names that nobody took. */
  end(what: string, known: Readonly<Record<string, string>> = {}): void {
    for (const { name, key } of this.#entries.values()) {
      if (this.#taken.has(name)) continue
      const why = Object.hasOwn(known, name) ? known[name] : undefined
      this.input.wrong(key, why === undefined ? `there is no "${name}" in ${what}` : `"${name}" ${why}`)
    }
  }

  names(): readonly string[] {
    return [...this.#entries.keys()]
  }
}
