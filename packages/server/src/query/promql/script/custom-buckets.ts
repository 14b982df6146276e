import { customSchema, emptyHistogram, type Histogram } from '../evaluate/histogram/histogram.ts'
import { type Labels, labelValue, metricName, setLabels } from '../evaluate/labels.ts'
import { parseLabelNumber } from '../parse/literals.ts'
import type { MemorySample } from './memory-source.ts'

/** `load_with_nhcb`: classic histogram series put together into native histograms with custom buckets. */
export type FloatSeries = { readonly labels: Labels; readonly samples: readonly MemorySample[] }

type Parts = { readonly buckets: Map<number, number>; count: number | undefined; sum: number | undefined }

export function withCustomBuckets(series: readonly FloatSeries[]): readonly FloatSeries[] {
  const found = new Map<string, { labels: Labels; byTime: Map<number, Parts> }>()
  for (const { labels, samples } of series) {
    const suffix = /_(bucket|count|sum)$/.exec(metricName(labels))
    if (suffix === null) continue
    const bound = suffix[1] === 'bucket' ? parseLabelNumber(labelValue(labels, 'le')) : undefined
    if (suffix[1] === 'bucket' && (bound === undefined || Number.isNaN(bound))) continue
    const base = setLabels(labels, [
      ['__name__', metricName(labels).slice(0, -suffix[0].length)],
      ['le', ''],
    ])
    const known = found.get(base.key) ?? { labels: base, byTime: new Map<number, Parts>() }
    found.set(base.key, known)
    for (const sample of samples) {
      if (sample.kind !== 'float') continue
      const parts: Parts = known.byTime.get(sample.timeMs) ?? { buckets: new Map(), count: undefined, sum: undefined }
      known.byTime.set(sample.timeMs, parts)
      if (bound !== undefined) parts.buckets.set(bound, sample.value)
      else if (suffix[1] === 'count') parts.count = sample.value
      else parts.sum = sample.value
    }
  }
  return [...found.values()].map(({ labels, byTime }) => ({
    labels,
    samples: [...byTime].map(([timeMs, parts]) => ({
      kind: 'histogram',
      timeMs,
      startMs: 0,
      histogram: convert(parts),
    })),
  }))
}

function convert({ buckets, count, sum }: Parts): Histogram {
  const bounds = [...buckets.keys()].sort((a, b) => a - b)
  let before = 0
  const counts = bounds.map((bound) => {
    const upTo = buckets.get(bound) ?? 0
    const own = upTo - before
    before = upTo
    return own
  })
  const total = count ?? before
  // Without a bucket up to infinity, what is counted and in no bucket lies there.
  if (bounds[bounds.length - 1] !== Infinity) counts.push(total - before)
  return {
    ...emptyHistogram,
    schema: customSchema,
    count: total,
    sum: sum ?? 0,
    customValues: bounds.filter((bound) => bound !== Infinity),
    positive: { indexes: counts.map((_, i) => i), counts },
  }
}
