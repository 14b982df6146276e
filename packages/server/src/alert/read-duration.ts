import type { Mapping } from '../base/yaml-input.ts'
import { parseDurationMs } from '../query/promql/parse/literals.ts'

/** Milliseconds; 0 where it is not given. */
export function readDuration(given: Mapping, name: string): number {
  const parse = (text: string): number | undefined => {
    const ms = parseDurationMs(text)
    return typeof ms === 'number' ? ms : undefined
  }
  return given.parsed(name, 0, parse, 'a time such as 30s or 1m30s')
}
