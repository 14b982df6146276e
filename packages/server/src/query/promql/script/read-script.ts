import type { Labels } from '../evaluate/labels.ts'
import { parseDurationMs, parseNumber, quote, unquote } from '../parse/literals.ts'
import { readLabels, readPoints, readSeries, ScriptFailure, type ScriptPoint } from './series-notation.ts'
import { readStarts } from './start-notation.ts'

/**
 * Prometheus' test language: `load`, `clear` and `eval`, one after the other. Times count from 0.
 *
 *   load 1m
 *     requests_total{job="api"} 0+10x5
 *   eval instant at 5m rate(requests_total[5m])
 *     expect no_warn
 *     {job="api"} 0.16666666666666666
 */
export type LoadedSeries = {
  readonly labels: Labels
  readonly points: readonly ScriptPoint[]
  /** When the counter began, before or after the sample, in milliseconds; undefined where nothing is said. */
  readonly startOffsetsMs: readonly (number | undefined)[] | undefined
}
export type Load = {
  readonly kind: 'load'
  readonly line: number
  readonly stepMs: number
  readonly withCustomBuckets: boolean
  readonly series: readonly LoadedSeries[]
}
export type Clear = { readonly kind: 'clear'; readonly line: number }

export type ExpectedText = { readonly text: string } | { readonly pattern: RegExp } | { readonly any: true }
export type ExpectedSeries = { readonly labels: Labels; readonly points: readonly ScriptPoint[] }
export type TimeRange = { readonly startMs: number; readonly endMs: number; readonly stepMs: number }

export type Eval = {
  readonly kind: 'eval'
  readonly line: number
  readonly query: string
  readonly atMs: number | undefined
  readonly range: TimeRange | undefined
  readonly fail: ExpectedText | undefined
  readonly warnings: readonly ExpectedText[]
  readonly infos: readonly ExpectedText[]
  readonly noWarnings: boolean
  readonly noInfos: boolean
  readonly ordered: boolean
  readonly text: string | undefined
  readonly scalar: number | undefined
  /** The points of an instant query that gives a range vector lie at these times. */
  readonly rangeVector: TimeRange | undefined
  readonly series: readonly ExpectedSeries[]
}
export type Command = Load | Clear | Eval

/** All commands of a script, or the line that cannot be read. */
export function readScript(text: string): readonly Command[] | { readonly error: string; readonly line: number } {
  const reader = new Reader(text)
  try {
    return reader.all()
  } catch (thrown) {
    if (thrown instanceof ScriptFailure) return { error: thrown.message, line: reader.line }
    throw thrown
  }
}

function readDurationMs(text: string): number {
  const negative = text.startsWith('-')
  const ms = parseDurationMs(negative ? text.slice(1) : text)
  if (typeof ms !== 'number') throw new ScriptFailure(ms.error)
  return negative ? -ms : ms
}

const evalInstant = /^eval(?:_(fail|warn|ordered|info))?\s+instant\s+(?:at\s+(\S+)\s+)?(.+)$/
const evalRange = /^eval(?:_(fail|warn|info))?\s+range\s+from\s+(\S+)\s+to\s+(\S+)\s+step\s+(\S+)\s+(.+)$/
const expectLine = /^expect\s+(ordered|fail|warn|no_warn|info|no_info)(?:\s+(regex|msg):\s*(.*))?$/
const expectRange = /^expect range vector\s+from\s+(\S+)\s+to\s+(\S+)\s+step\s+(\S+)$/

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] }
type Expected = Mutable<Omit<Eval, 'warnings' | 'infos' | 'series'>> & {
  warnings: ExpectedText[]
  infos: ExpectedText[]
  series: ExpectedSeries[]
}

class Reader {
  private readonly lines: readonly string[]
  private at = 0

  constructor(text: string) {
    this.lines = text.split('\n').map((line) => (line.trim().startsWith('#') ? '' : line.trim()))
  }

  /** Counts from 1. */
  get line(): number {
    return this.at
  }

  all(): readonly Command[] {
    const commands: Command[] = []
    while (this.at < this.lines.length) {
      const line = this.lines[this.at++] ?? ''
      if (line === '') continue
      if (line === 'clear') commands.push({ kind: 'clear', line: this.at })
      else if (/^load(_with_nhcb)?\s/.test(line)) commands.push(this.load(line))
      else if (/^eval/.test(line)) commands.push(this.eval(line))
      else throw new ScriptFailure(`unknown command ${quote(line)}`)
    }
    return commands
  }

  /** The lines up to the next empty one. */
  private block(visit: (line: string) => void): void {
    while (this.at < this.lines.length) {
      const line = this.lines[this.at] ?? ''
      if (line === '') return
      this.at++
      visit(line)
    }
  }

  private load(header: string): Load {
    const { line } = this
    const stepMs = readDurationMs(header.replace(/^load(_with_nhcb)?\s+/, ''))
    const series: LoadedSeries[] = []
    let commonStarts: readonly (number | undefined)[] | undefined
    let starts: readonly (number | undefined)[] | undefined
    this.block((each) => {
      const given = readStarts(each)
      if (given !== undefined) {
        if (given.isCommon) commonStarts = given.offsetsMs
        else starts = given.offsetsMs
        return
      }
      const { labels, points } = readSeries(each)
      const common = commonStarts
      const repeated = common === undefined ? undefined : points.map((_, i) => common[i % common.length])
      series.push({ labels, points, startOffsetsMs: starts ?? repeated })
      starts = undefined
    })
    return { kind: 'load', line, stepMs, withCustomBuckets: header.startsWith('load_with_nhcb'), series }
  }

  private eval(header: string): Eval {
    const instant = evalInstant.exec(header)
    const range = evalRange.exec(header)
    if (instant === null && range === null) throw new ScriptFailure(`cannot read ${quote(header)}`)
    const mode = (instant ?? range)?.[1]
    const any: ExpectedText = { any: true }
    const expected: Expected = {
      kind: 'eval',
      line: this.line,
      query: (instant?.[3] ?? range?.[5] ?? '').trim(),
      atMs: instant === null ? undefined : readDurationMs(instant[2] ?? '0'),
      range: range === null ? undefined : readRange(range.slice(2, 5)),
      fail: mode === 'fail' ? any : undefined,
      warnings: mode === 'warn' ? [any] : [],
      infos: mode === 'info' ? [any] : [],
      noWarnings: false,
      noInfos: false,
      ordered: mode === 'ordered',
      text: undefined,
      scalar: undefined,
      rangeVector: undefined,
      series: [],
    }
    this.block((line) => this.expectation(line, expected))
    return expected
  }

  private expectation(line: string, expected: Expected): void {
    const failText = /^expected_fail_(message|regexp)\s+(.*)$/.exec(line)
    if (failText !== null) {
      const text = (failText[2] ?? '').trim()
      expected.fail = failText[1] === 'message' ? { text } : { pattern: new RegExp(text) }
      return
    }
    const rangeVector = expectRange.exec(line)
    if (rangeVector !== null) {
      expected.rangeVector = readRange(rangeVector.slice(1, 4))
      return
    }
    if (line.startsWith('expect string')) {
      expected.text = unquote(line.slice('expect string'.length).trim())
      return
    }
    const number = parseNumber(line)
    if (/^expect\s/.test(line)) readExpect(line, expected)
    else if (number !== undefined) expected.scalar = number
    else {
      const { labels, rest } = readLabels(line)
      expected.series.push({ labels, points: readPoints(rest) })
    }
  }
}

function readRange([from = '', to = '', step = '']: readonly string[]): TimeRange {
  return { startMs: readDurationMs(from), endMs: readDurationMs(to), stepMs: readDurationMs(step) }
}

function readExpect(line: string, expected: Expected): void {
  const parts = expectLine.exec(line)
  if (parts === null) throw new ScriptFailure(`cannot read ${quote(line)}`)
  const [, kind, how, text = ''] = parts
  const wanted: ExpectedText =
    how === undefined ? { any: true } : how === 'msg' ? { text: text.trim() } : { pattern: new RegExp(text.trim()) }
  if (kind === 'fail') expected.fail = wanted
  else if (kind === 'warn') expected.warnings.push(wanted)
  else if (kind === 'info') expected.infos.push(wanted)
  else if (kind === 'ordered') expected.ordered = true
  else if (kind === 'no_warn') expected.noWarnings = true
  else expected.noInfos = true
}
