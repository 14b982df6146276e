import { parseDurationMs, quote } from '../parse/literals.ts'
import { ScriptFailure } from './series-notation.ts'

/**
 * When counters began, in a line of its own before the series: `name{...}@st OFFSETS`, or `@st OFFSETS` for all series
 * after it. Offsets are durations from the time of the sample: `-1m`, `-1mx3`, `-1m-1mx3`, `_` for none, `*` for the
 * one before again.
 */
export type Starts = { readonly isCommon: boolean; readonly offsetsMs: readonly (number | undefined)[] }

/** Undefined when the line is not of this kind. */
export function readStarts(line: string): Starts | undefined {
  const parts = /^(\S*(?:\{[^}]*\})?)@st\s+(.*)$/.exec(line)
  if (parts === null) return undefined
  const offsetsMs: (number | undefined)[] = []
  for (const item of (parts[2] ?? '').split(/\s+/).filter(Boolean)) readItem(item, offsetsMs)
  return { isCommon: parts[1] === '', offsetsMs }
}

function readItem(item: string, offsetsMs: (number | undefined)[]): void {
  const repeat = /^([_*])(?:x(\d+))?$/.exec(item)
  if (repeat !== null) {
    const isGap = repeat[1] === '_'
    const times = isGap ? Number(repeat[2] ?? 1) : Number(repeat[2] ?? 0) + 1
    const last = isGap ? undefined : (offsetsMs.findLast((each) => each !== undefined) ?? 0)
    for (let i = 0; i < times; i++) offsetsMs.push(last)
    return
  }
  const duration = '[+-]?[0-9]+[a-wyz]*'
  const parts = new RegExp(`^(${duration})(?:([+-])(${duration}))?(?:x(\\d+))?$`).exec(item)
  if (parts === null) throw new ScriptFailure(`cannot read the start offset ${quote(item)}`)
  const [, first = '', sign, step, times = '0'] = parts
  let offsetMs = signedMs(first)
  const stepMs = step === undefined ? 0 : signedMs(step) * (sign === '-' ? -1 : 1)
  for (let i = 0; i <= Number(times); i++) {
    offsetsMs.push(offsetMs)
    offsetMs += stepMs
  }
}

function signedMs(text: string): number {
  const ms = parseDurationMs(text.replace(/^[+-]/, ''))
  if (typeof ms !== 'number') throw new ScriptFailure(ms.error)
  return text.startsWith('-') ? -ms : ms
}
