/**
 * Stacks as programs print them, read into frames:
 *
 *   Chrome, Node      TypeError: text                   Firefox, Safari   charge@https://shop/app.js:1:200
 *                         at charge (/app/pay.js:7:3)
 *   Java, .NET        at shop.Pay.charge(Pay.java:7)    Go                main.charge(0x1)
 *                                                                             /src/pay.go:7 +0x1d
 *   Python            File "/app/pay.py", line 7, in charge       (its innermost frame stands last)
 *
 * with the errors they came of behind them (`[cause]:`, `Caused by:`). The innermost frame stands first.
 */
export type StackFrame = {
  /** '' where it has none. */
  function: string
  file: string
  line: number | undefined
  column: number | undefined
  /** Of the program itself: not of a library, the run-time or the browser. */
  isInApp: boolean
}
export type StackError = { type: string; message: string; frames: StackFrame[] }

const errorsMax = 10
const framesMax = 200
const charactersMax = 100_000

/** The error, then what it came of. Lines that are no frames are left out; without any there is one error without frames. */
export function parseStack(stack: string): StackError[] {
  const text = stack.slice(0, charactersMax)
  return /^\s*Traceback \(most recent call last\)|^\s*File "[^"]+", line \d+/m.test(text)
    ? parsePython(text)
    : parseInnermostFirst(text)
}

const causeHead = /^\s*(?:\[cause\]:|\[errors\]:|Caused by:|--->)\s*(.*)$/

function parseInnermostFirst(text: string): StackError[] {
  const lines = text.split('\n')
  const first = newError(lines[0] !== undefined && frameOf(lines[0], '') === undefined ? lines[0] : '')
  const errors = [first]
  let error = first
  for (const [index, line] of lines.entries()) {
    const cause = causeHead.exec(line)?.[1]
    if (cause !== undefined) {
      if (errors.length >= errorsMax) break
      error = newError(cause)
      errors.push(error)
      continue
    }
    const frame = frameOf(line, lines[index - 1] ?? '')
    if (frame !== undefined && error.frames.length < framesMax) error.frames.push(frame)
  }
  return errors
}

function newError(head: string): StackError {
  const [, type = '', message = ''] =
    /^\s*(?:Uncaught )?([\w$.]*(?:Error|Exception|[A-Z]\w+))(?:: (.*))?$/s.exec(head) ?? []
  return type === '' ? { type: '', message: head.trim(), frames: [] } : { type, message, frames: [] }
}

/** Of the chain the last traceback is the error itself, and those before are what it came of. */
function parsePython(text: string): StackError[] {
  const errors: StackError[] = []
  let frames: StackFrame[] = []
  for (const line of text.split('\n')) {
    const [, file, at, name] = /^\s*File "([^"]+)", line (\d+)(?:, in (.+))?/.exec(line) ?? []
    if (file !== undefined) {
      if (frames.length < framesMax) frames.unshift(frame(name ?? '', file, Number(at), undefined))
    } else if (/^\S/.test(line) && frames.length > 0 && errors.length < errorsMax) {
      errors.unshift({ ...newError(line), frames })
      frames = []
    }
  }
  if (frames.length > 0) errors.unshift({ type: '', message: '', frames })
  return errors
}

const v8 = /^\s*at (?:(async |new )?(.*?) ?\((.*)\)|(?:async )?(.+))$/
const place = /^(.*?)(?::(\d+))?(?::(\d+))?$/
const gecko = /^\s*(.*?)@(.*?)(?: line \d+ > \w+)*(?::(\d+))?(?::(\d+))?$/
const goPlace = /^\s+(\/\S+\.go):(\d+)/
const dotNet = /^\s*at (.+?)\(.*\)(?: in (.+):line (\d+))?\s*$/

function frameOf(line: string, before: string): StackFrame | undefined {
  if (/^\s*at /.test(line)) return v8Frame(line)
  const go = goPlace.exec(line)
  if (go !== null) return frame(before.trim().replace(/\([^()]*\)$|\(.*$/, ''), go[1] ?? '', Number(go[2]), undefined)
  const found = gecko.exec(line)
  // What has an @ may be an address in a message: of a frame there is a place behind it.
  if (found === null || !/:\/\/|^\/|\[native code\]|^<anonymous>|^[\w.-]+\.[cm]?[jt]sx?$/.test(found[2] ?? ''))
    return undefined
  return frame(geckoName(found[1] ?? ''), found[2] ?? '', numberOf(found[3]), numberOf(found[4]))
}

/** Behind the last frame Node may open what else the error has. */
function v8Frame(whole: string): StackFrame | undefined {
  const line = whole.replace(/\s*\{$/, '')
  const net = dotNet.exec(line)
  if (net !== null && net[2] !== undefined) return frame(net[1] ?? '', net[2], numberOf(net[3]), undefined)
  const [, , name, where, alone] = v8.exec(line) ?? []
  const at = where ?? alone ?? ''
  // `eval at f (file:1:2), <anonymous>:1:1`: where the code came from is in the program.
  const evaluated = /^eval at .*\((\S+?)\)/.exec(at)?.[1]
  const [, file = '', row, column] = place.exec(evaluated ?? at) ?? []
  if (alone !== undefined && !/[/\\:]|\.[cm]?[jt]sx?$|^<anonymous>$|^native$/.test(file))
    return frame(alone, '', undefined, undefined)
  return frame(name ?? '', file, numberOf(row), numberOf(column))
}

const numberOf = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text))

/** Firefox writes `outer/inner`, `outer/<` of what has no name in it, and of what was waited for `async*`; Safari has words for code outside of functions. */
function geckoName(name: string): string {
  const last = name.replace(/^.*\*/, '').split('/').at(-1) ?? ''
  return /^(?:<|global code|module code|eval code|anonymous)$/.test(last) ? '' : last.replace(/<$/, '')
}

function frame(name: string, file: string, line: number | undefined, column: number | undefined): StackFrame {
  const called = /^(?:<anonymous>|\(anonymous.*\)|anonymous|eval|<module>)$/.test(name) ? '' : name
  return { function: called, file, line, column, isInApp: isInApp(called, file) }
}

const notOfProgram =
  /(?:^|[/\\])node_modules[/\\]|^node:|^internal[/\\]|^native$|^<anonymous>$|^<.*>$|\[native code\]|^(?:chrome|moz|safari(?:-web)?)-extension:|site-packages|dist-packages|[/\\]lib[/\\]python\d|[/\\]go[/\\]src[/\\]|[/\\]pkg[/\\]mod[/\\]|[/\\]vendor[/\\]/
const notOfProgramByName = /^(?:java|javax|jdk|sun|com\.sun|kotlin|scala|System|Microsoft|runtime)\./

function isInApp(name: string, file: string): boolean {
  return file !== '' && !notOfProgram.test(file) && !notOfProgramByName.test(name)
}
