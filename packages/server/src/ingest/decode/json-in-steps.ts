import type { Steps } from '../in-turns.ts'

/** Parses a whole text or a part of one that is as deep inside; throws where it is not right. */
export type ParsePiece = (text: string, depth: number) => unknown

/**
 * JSON in steps, so that a body of megabytes does not hold up all others while it is parsed: the text is gone through
 * once, and what is in a list or an object that is longer than a piece is parsed run by run, cut at its own commas.
 *
 *   {"resourceSpans":[{"scopeSpans":[{"spans":[ {...},{...},{...} , {...},{...},{...} , ...
 *                                               └ a run           ┘ └ a run           ┘
 *
 * `pieceMax` is in characters. Gives what `parse` gives of the whole text, and throws what it throws: of a text that is not right, the whole is given
 * to it.
 */
export function* parseJsonInSteps(text: string, parse: ParsePiece, pieceMax = 64 * 1024): Steps<unknown> {
  if (text.length <= 4 * pieceMax) return parse(text, 0)
  try {
    return yield* parseRuns(text, parse, pieceMax)
  } catch {
    return parse(text, 0)
  }
}

/** What is nested deeper is no request, and would take memory for each level. */
const depthMax = 1000

/** A list or an object that is open, and what has been read of it. */
type Open = {
  at: number
  isList: boolean
  /** Behind the last of its commas. */
  entryAt: number
  /** What is not read yet begins here. */
  runAt: number
  list: unknown[]
  object: Record<string, unknown>
  /** Whether something of it was read, so that it cannot be read with what it is in. */
  isBegun: boolean
  /** Whether the entry at `runAt` is already read, and only a comma or the end may follow. */
  isEntryRead: boolean
}

function* parseRuns(text: string, parse: ParsePiece, pieceMax: number): Steps<unknown> {
  const open: Open[] = []
  let pauseAt = pieceMax
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    const last = open.at(-1)
    if (code === quote) at = endOfString(text, at)
    else if (code === openList || code === openObject) {
      if (last === undefined) expectBlank(text, 0, at)
      if (open.length === depthMax) throw new SyntaxError('it is nested too deep to be read in steps')
      open.push(opened(at, code === openList))
    } else if (code === comma && last !== undefined) {
      if (last.isEntryRead || at - last.runAt >= pieceMax) readRun(text, last, { end: at, depth: open.length, parse })
      last.entryAt = at + 1
    } else if (code === closeList || code === closeObject) {
      if (last === undefined || last.isList !== (code === closeList)) throw new SyntaxError('it is closed wrongly')
      open.pop()
      if (last.isBegun || at - last.at >= pieceMax || open.length === 0) {
        readRun(text, last, { end: at, depth: open.length + 1, parse })
        const value = last.isList ? last.list : last.object
        const around = open.at(-1)
        if (around !== undefined)
          takeEntry(text, around, { from: last.at, end: at + 1, value, depth: open.length, parse })
        else {
          expectBlank(text, at + 1, text.length)
          return value
        }
      }
    }
    if (at >= pauseAt) {
      pauseAt = at + pieceMax
      yield
    }
  }
  throw new SyntaxError('it has no end')
}

const [quote, backslash, comma] = [0x22, 0x5c, 0x2c]
const [openList, closeList, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d]

function opened(at: number, isList: boolean): Open {
  return { at, isList, entryAt: at + 1, runAt: at + 1, list: [], object: {}, isBegun: false, isEntryRead: false }
}

function endOfString(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === quote) return at
    if (code === backslash) at += 1
  }
  throw new SyntaxError('a text has no end')
}

type Run = { end: number; depth: number; parse: ParsePiece }

/** Reads the entries that were not read yet, up to the comma or the bracket at `end`. */
function readRun(text: string, into: Open, { end, depth, parse }: Run): void {
  const run = text.slice(into.runAt, end)
  const isEmpty = !into.isBegun && isBlank(run) && text.charCodeAt(end) !== comma
  if (into.isEntryRead) expectBlank(text, into.runAt, end)
  else if (!isEmpty) {
    if (isBlank(run)) throw new SyntaxError('an entry is missing')
    addAll(into, parse(into.isList ? `[${run}]` : `{${run}}`, depth - 1))
  }
  into.isBegun = true
  into.isEntryRead = false
  into.runAt = end + 1
}

type Entry = Run & { from: number; value: unknown }

/** Puts what was read of a large entry behind the entries before it. */
function takeEntry(text: string, into: Open, { from, end, value, depth, parse }: Entry): void {
  const { entryAt } = into
  if (entryAt > into.runAt) readRun(text, into, { end: entryAt - 1, depth, parse })
  const before = text.slice(entryAt, from)
  if (into.isList) {
    expectBlank(text, entryAt, from)
    into.list.push(value)
  } else for (const key of Object.keys(Object(parse(`{${before}null}`, depth)))) put(into.object, key, value)
  into.isBegun = true
  into.isEntryRead = true
  into.runAt = end
}

function addAll(into: Open, run: unknown): void {
  if (Array.isArray(run)) for (const value of run) into.list.push(value)
  else for (const [key, value] of Object.entries(Object(run))) put(into.object, key, value)
}

/** As JSON.parse does: a key of this name is a key like others. */
function put(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') object[key] = value
  else Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true })
}

const isBlank = (text: string): boolean => /^[ \t\n\r]*$/.test(text)

function expectBlank(text: string, from: number, to: number): void {
  if (!isBlank(text.slice(from, to))) throw new SyntaxError('something stands where nothing may')
}
