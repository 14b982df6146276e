import type { LogPatternsAnswer } from '@wakeline/protocol'
import { isRefused, type Refused } from '../base/refused.ts'
import {
  type ComparedPlan,
  heldBeforeSql,
  type LinesCountedRow,
  linesCountedSql,
  type OwnPatternRow,
  ownPatternsSql,
  type SampledLineRow,
  sampledLinesSql,
} from './plan/log-patterns.ts'
import type { Running } from './run.ts'
import { readSearch } from './search/read-search.ts'
import { readableStep, stepTimes, type TimeRange } from './time-range.ts'
import { type FoundPattern, foundPatterns, ownPatterns, patternsShown } from './view/log-patterns.ts'

export type LogPatternsAsk = TimeRange & { q: string }

/** So many lines of each time are looked at, more or less: patterns of a per mille of all lines are found. */
const lookedAt = 10_000
/** Where many lines have one time, a sample may have more. */
const lookedAtMax = 2 * lookedAt
const ownPatternsMax = 500
const steps = 40
/** Of a sample before, so many are looked for in all lines before they are called new. */
const newLookedForMax = 20

/**
 * What the lines of a search say, those alike together: by the pattern that they name themselves, of all lines; the others by what is
 * constant in a sample of them. Held against as long a time before.
 */
export async function askLogPatterns(ask: LogPatternsAsk, running: Running): Promise<LogPatternsAnswer | Refused> {
  const condition = readSearch('logs', ask.q)
  if (isRefused(condition)) return condition
  const beforeMs = Math.max(0, 2 * ask.fromMs - ask.toMs)
  const plan = { fromMs: ask.fromMs, toMs: ask.toMs, beforeMs, condition }
  const [counted] = await running.rows<LinesCountedRow>(linesCountedSql(plan))
  const records = Number(counted?.records ?? 0)
  const before = Number(counted?.before ?? 0)
  const sample = (range: TimeRange, count: number): Promise<SampledLineRow[]> =>
    count === 0
      ? Promise.resolve([])
      : running.rows(sampledLinesSql({ ...range, condition }, { every: everyOf(count), rows: lookedAtMax }))
  const lines = await sample(ask, records)
  const linesBefore = await sample({ fromMs: beforeMs, toMs: ask.fromMs }, before)
  const stepMs = readableStep((ask.toMs - ask.fromMs) / steps)
  const times = stepTimes(ask, stepMs)
  const namesOwn = lines.some(({ own }) => own !== '')
  const own = namesOwn
    ? await running.rows<OwnPatternRow>(ownPatternsSql(plan, { stepMs, patterns: ownPatternsMax }))
    : []
  const unnamed = lines.filter((line) => line.own === '')
  const unnamedRecords = Math.max(unnamed.length, records - Number(own[0]?.all ?? 0))
  const found = foundPatterns(
    unnamed,
    linesBefore.filter((line) => line.own === ''),
    {
      times,
      stepMs,
      factor: unnamedRecords / Math.max(1, unnamed.length),
    },
  )
  if (everyOf(before) > 1) await takeBackKnown(found, plan, running)
  return {
    ...patternsShown([...ownPatterns(own, { times, stepMs }), ...found], records, before),
    patternsTotal: Number(own[0]?.total ?? 0) + found.length,
    records,
    recordsLookedAt: records - unnamedRecords + unnamed.length,
    before: { fromMs: beforeMs, records: before, recordsLookedAt: linesBefore.length },
    times,
    stepMs,
    cost: running.cost(),
  }
}

const everyOf = (records: number): number => Math.ceil(records / lookedAt)

/** What a sample before had not may have been there all the same: of the most frequent of those all lines before are asked. */
async function takeBackKnown(found: FoundPattern[], plan: ComparedPlan, running: Running): Promise<void> {
  const asked = found
    .filter(({ isNew }) => isNew)
    .slice(0, newLookedForMax)
    .flatMap((pattern) => {
      const condition = readSearch('logs', pattern.search)
      return isRefused(condition) ? [] : [{ pattern, condition }]
    })
  if (asked.length === 0) return
  const before = { fromMs: plan.beforeMs, toMs: plan.fromMs, condition: plan.condition }
  const conditions = asked.map(({ condition }) => condition)
  const [held] = await running.rows<Record<string, number>>(heldBeforeSql(before, conditions))
  for (const [index, { pattern }] of asked.entries()) pattern.isNew = held?.[`held_${index}`] === 0
}
