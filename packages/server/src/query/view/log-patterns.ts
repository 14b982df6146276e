import { LogPatterns, patternOf, printPattern } from '@wakeline/analysis'
import type { LogPatternSummary, LogPatternsAnswer } from '@wakeline/protocol'
import {
  charactersOfLine,
  type OwnPatternRow,
  ownPattern,
  type SampledLineRow,
  servicesMax,
} from '../plan/log-patterns.ts'
import { levelsOf } from './log-histogram.ts'
import { patternSearch } from './pattern-search.ts'

export type FoundPattern = LogPatternSummary
type Steps = { times: readonly number[]; stepMs: number }

const shownMax = 200

/** The most frequent first; without a time before nothing is called new. */
export function patternsShown(
  patterns: readonly FoundPattern[],
  records: number,
  before: number,
): Pick<LogPatternsAnswer, 'patterns'> {
  const shown = patterns
    .toSorted((a, b) => b.records - a.records || (a.pattern < b.pattern ? -1 : 1))
    .slice(0, shownMax)
  return {
    patterns: shown.map((pattern) => ({
      ...pattern,
      share: pattern.records / Math.max(1, records),
      isNew: pattern.isNew && before > 0,
    })),
  }
}

/** Of lines that name their pattern, its text is what their bodies have in common. */
export function ownPatterns(rows: readonly OwnPatternRow[], steps: Steps): FoundPattern[] {
  return rows.map((row) => {
    const inCommon = new LogPatterns({ similarity: 0, depth: 0 })
    for (const body of row.bodies) inCommon.add(body)
    const [most] = inCommon.patterns().sort((a, b) => b.lines - a.lines)
    const [severities, records] = row.levels
    return {
      pattern: most === undefined ? '' : printPattern(most),
      search: `${ownPattern}:${row.own}`,
      records: Number(row.records),
      isEstimate: false,
      share: 0,
      firstSeenMs: Number(row.first),
      lastSeenMs: Number(row.last),
      levels: levelsOf(severities.map((severity, index) => [severity, Number(records[index])])),
      services: row.services.toSorted(),
      example: row.bodies[0] ?? '',
      counts: countsOfSteps(steps, new Map(row.steps[0].map((at, index) => [Number(at), Number(row.steps[1][index])]))),
      isNew: Number(row.before) === 0,
    }
  })
}

type Gathered = { text: string; lines: SampledLineRow[]; before: number }

/** Lines of a sample that name none: each stands for `factor` lines. */
export function foundPatterns(
  lines: readonly SampledLineRow[],
  linesBefore: readonly SampledLineRow[],
  { factor, ...steps }: Steps & { factor: number },
): FoundPattern[] {
  const patterns = new LogPatterns()
  const before = linesBefore.map(({ body }) => patterns.add(body))
  const now = lines.map(({ body }) => patterns.add(body))
  const gathered = new Map<string, Gathered>()
  for (const [index, line] of lines.entries()) {
    const pattern = now[index] && patternOf(now[index])
    if (pattern === undefined) continue
    const known = gathered.get(pattern.id) ?? { text: printPattern(pattern), lines: [], before: 0 }
    known.lines.push(line)
    gathered.set(pattern.id, known)
  }
  for (const pattern of before) {
    const known = gathered.get(patternOf(pattern).id)
    if (known !== undefined) known.before += 1
  }
  return [...gathered.values()].map((each) => summaryOf(each, factor, steps)).sort((a, b) => b.records - a.records)
}

function summaryOf({ text, lines, before }: Gathered, factor: number, steps: Steps): FoundPattern {
  const levels = new Map<number, number>()
  const counts = new Map<number, number>()
  let [firstSeenMs, lastSeenMs] = [Number.POSITIVE_INFINITY, 0]
  for (const { time, severity } of lines) {
    const ms = Number(time)
    const step = Math.floor(ms / steps.stepMs) * steps.stepMs
    levels.set(severity, (levels.get(severity) ?? 0) + factor)
    counts.set(step, (counts.get(step) ?? 0) + factor)
    firstSeenMs = Math.min(firstSeenMs, ms)
    lastSeenMs = Math.max(lastSeenMs, ms)
  }
  const example = lines.at(-1)?.body ?? ''
  return {
    pattern: text,
    search: patternSearch(
      text,
      lines.slice(0, 50).map(({ body }) => body),
      charactersOfLine,
    ),
    records: Math.round(lines.length * factor),
    isEstimate: factor > 1,
    share: 0,
    firstSeenMs,
    lastSeenMs,
    levels: levelsOf([...levels].map(([severity, count]) => [severity, Math.round(count)])),
    services: [...new Set(lines.map(({ service }) => service))].sort().slice(0, servicesMax),
    example,
    counts: countsOfSteps(steps, counts),
    isNew: before === 0,
  }
}

const countsOfSteps = ({ times }: Steps, counts: ReadonlyMap<number, number>): number[] =>
  times.map((at) => Math.round(counts.get(at) ?? 0))
