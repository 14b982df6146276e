import type { Mapping } from '../base/yaml-input.ts'
import { parseDurationMs } from '../query/promql/parse/literals.ts'

/** Milliseconds; `usualMs` where it is not given. */
export const readDuration = (given: Mapping, name: string, usualMs = 0): number =>
  given.parsed(name, usualMs, durationMs, 'a time such as 30s or 1m30s')

/** The same of one that is above 0; undefined where it is not given. */
export function readLength(given: Mapping, name: string): number | undefined {
  const parse = (text: string): number | undefined => durationMs(text) || undefined
  return given.parsed<number | undefined>(name, undefined, parse, 'a time such as 30d or 5m')
}

function durationMs(text: string): number | undefined {
  const ms = parseDurationMs(text)
  return typeof ms === 'number' ? ms : undefined
}
