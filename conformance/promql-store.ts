import { mergeAlike } from '../packages/server/src/query/prometheus/columns.ts'
import { openSources, type Speed } from '../packages/server/src/query/prometheus/prometheus.ts'
import type { Elsewhere } from '../packages/server/src/query/promql/evaluate/evaluation.ts'
import type { SeriesSource } from '../packages/server/src/query/promql/evaluate/series-source.ts'
import { childrenOf, type Expression, type LabelMatcher } from '../packages/server/src/query/promql/parse/ast.ts'
import type { MemorySource } from '../packages/server/src/query/promql/script/memory-source.ts'
import type { ScriptHome } from '../packages/server/src/query/promql/script/run-script.ts'
import { openTestWorld } from '../packages/server/src/query/test-world/world.case.ts'
import { StoreRows } from './store-rows.ts'

/**
 * The series of a script in the real store, as gauges of a sender that said nothing of itself, asked in two ways: samples
 * read and kept, and whatever the engine can compute computed there.
 *
 * What the store does not hold as a script means it stays in memory beside: native histograms whose counts are no whole
 * numbers or whose hints are said, with all samples of their series; labels that OTLP's rules would rename; times before
 * 1970. A selector that finds any of these is not pushed down.
 */
export async function openPromqlStore(): Promise<{ homes: readonly ScriptHome[]; close(): Promise<void> }> {
  const world = await openTestWorld()
  const limits = { seriesMax: 100_000, samplesMax: 10_000_000 }
  const ways: readonly { name: string; speed: Speed }[] = [
    { name: 'the store', speed: { pushdownFromSamples: Infinity, samplesKeptMaxBytes: 100_000_000 } },
    { name: 'the engine', speed: { pushdownFromSamples: 0, samplesKeptMaxBytes: 0 } },
  ]
  const rows = new StoreRows((sql) => world.insert(sql), '1970-01-01')
  const sources = ways.map(({ name, speed }) => ({ name, open: openSources(limits, speed, Date.now) }))
  const homes = sources.map(
    ({ name, open }, i): ScriptHome => ({
      name,
      // Both ask the same tables: the first of them fills these.
      add: (labels, samples) => void (i === 0 && rows.add(labels, samples)),
      clear: () => void (i === 0 && rows.clear()),
      open: () => {
        rows.flush()
        return beside(open(world.query.running({})), rows.memory)
      },
    }),
  )
  return { homes, close: () => world.close() }
}

type Opened = { source: SeriesSource; elsewhere: Elsewhere }

function beside({ source, elsewhere }: Opened, memory: MemorySource): Opened {
  const always = { afterMs: -Infinity, untilMs: Infinity, stepMs: 0, rangeMs: 0, functionName: '' }
  const isInMemory = async (expression: Expression, signal: AbortSignal): Promise<boolean> => {
    for (const matchers of selectorsIn(expression))
      if ((await memory.select({ matchers, ...always })).length > 0) return true
    return signal.aborted
  }
  return {
    source: {
      select: async (request, signal) => {
        // A series of which one load had floats and another histograms is in both.
        return mergeAlike([...(await source.select(request, signal)), ...(await memory.select(request))]).series
      },
    },
    elsewhere: async (expression, grid, evaluation) =>
      (await isInMemory(expression, evaluation.budget.signal)) ? undefined : elsewhere(expression, grid, evaluation),
  }
}

function selectorsIn(expression: Expression): (readonly LabelMatcher[])[] {
  return expression.kind === 'vector-selector' ? [expression.matchers] : childrenOf(expression).flatMap(selectorsIn)
}
