import { setImmediate } from 'node:timers/promises'
import type { PlainBlock } from '../../base/native/read-plain-columns.ts'
import type { Running } from '../run.ts'
import type { Sql } from '../sql.ts'
import type { Part } from './parts.ts'
import { anyStartsSql, baseOf, type RawAsk, rawSamplesSql, startsSql } from './plan.ts'
import { SampleRuns } from './sample-columns.ts'
import { type SourceLimits, tooManySamples } from './source.ts'

export type SampleReading = { running: Running; limits: SourceLimits; parts: readonly Part[] }

/**
 * Which rows, and with which 32 bits of the ids; `series` is about how many they are of. `anyStarts` is given where it was
 * asked before, and `halves` where they may be read in two statements beside each other.
 */
export type SamplesAsk = Pick<RawAsk, 'picked' | 'range' | 'without'> & {
  shift: number
  series: number
  anyStarts?: Promise<boolean>
  halves?: SampleHalves
}

/** The second is read from `when` on. `inPieces`: as they come, of what may be too much to be held twice. */
export type SampleHalves = { first: Sql; second: Sql; when: Promise<void>; inPieces: boolean }

/** From so many series on, asking whether starts are there costs less than bringing them out, and a stream than one piece. */
export const manySeries = 1000

export async function readSamples(
  asked: SamplesAsk,
  reading: SampleReading,
  signal?: AbortSignal,
): Promise<SampleRuns> {
  const { running, limits } = reading
  const { samplesMax } = limits
  const ask: RawAsk = { ...asked, samplesMax }
  const isMany = asked.series >= manySeries
  const anyStarts = asked.anyStarts ?? (isMany ? anyStartsIn(ask, reading) : true)
  const withStarts = (await anyStarts) && (!isMany || (await isFound(startsSql(ask), running)))
  const statement = (picked: Sql): Sql => rawSamplesSql({ ...ask, picked }, asked.shift, withStarts)
  const runs = new SampleRuns(baseOf(ask.range))
  const add = (block: PlainBlock): void => {
    runs.add(block)
    if (runs.rows > samplesMax) throw tooManySamples(samplesMax)
  }
  const stream = (picked: Sql): Promise<void> => running.plainStream(statement(picked), samplesMax + 1, add, signal)
  const whole = async (picked: Sql): Promise<void> => {
    for (const block of await running.plain(statement(picked), samplesMax + 1, signal)) {
      add(block)
      await setImmediate()
    }
  }
  const { halves } = asked
  if (halves === undefined) await (isMany ? stream : whole)(ask.picked)
  else {
    const read = halves.inPieces ? stream : whole
    await Promise.all([read(halves.first), halves.when.then(() => read(halves.second))])
  }
  return runs
}

/** Whether any sample of the days says when its counter began. Where parts cannot be seen, partitions cannot be either. */
export const anyStartsIn = async (
  ask: Pick<RawAsk, 'range' | 'without'>,
  { running, parts }: SampleReading,
): Promise<boolean> => parts.length === 0 || isFound(anyStartsSql(ask), running)

const isFound = async (statement: Sql, running: Running): Promise<boolean> =>
  (await running.plain(statement, 1)).some(({ rows }) => rows > 0)
