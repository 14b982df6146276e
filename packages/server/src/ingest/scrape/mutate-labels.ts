import type { ScrapeConfig } from './config.ts'
import { type Labels, relabel } from './relabel.ts'

/**
 * The labels a sample is stored under: those it was exposed with and those of its target, which win unless
 * `honor_labels` is set (what they push aside is kept as `exported_...`), after metric_relabel_configs. Undefined
 * where a rule drops it.
 */
export function mutateLabels(
  exposed: Labels,
  target: ReadonlyMap<string, string>,
  config: ScrapeConfig,
): Labels | undefined {
  const labels = new Map([...exposed].filter(([, value]) => value !== ''))
  if (config.honorLabels) {
    // One that is exposed empty is honoured, too: it is left out.
    for (const [name, value] of target) if (!exposed.has(name)) labels.set(name, value)
  } else overrule(labels, target)
  return relabel(labels, config.metricRelabelRules) && labels.size > 0 ? labels : undefined
}

function overrule(labels: Labels, target: ReadonlyMap<string, string>): void {
  const pushed: [string, string][] = []
  for (const [name, value] of target) {
    const own = labels.get(name)
    if (own !== undefined) pushed.push([name, own])
    labels.set(name, value)
  }
  // Shorter names first, so that which one is renamed twice does not depend on the order they came in.
  for (const [name, value] of pushed.sort(([a], [b]) => a.length - b.length)) {
    let exported = `exported_${name}`
    while (labels.has(exported)) exported = `exported_${exported}`
    labels.set(exported, value)
  }
}

/** Why labels may not be stored under these limits; '' when they may. */
export function whyBeyondLimits(labels: Labels, config: ScrapeConfig): string {
  const { labelLimit, labelNameLengthLimit, labelValueLengthLimit } = config
  const metric = (labels.get('__name__') ?? '').slice(0, 50)
  if (labelLimit > 0 && labels.size > labelLimit)
    return `"${metric}" has ${labels.size} labels and label_limit is ${labelLimit}`
  if (labelNameLengthLimit === 0 && labelValueLengthLimit === 0) return ''
  for (const [name, value] of labels) {
    if (labelNameLengthLimit > 0 && Buffer.byteLength(name) > labelNameLengthLimit)
      return `"${metric}" has a label name of ${Buffer.byteLength(name)} bytes and label_name_length_limit is ${labelNameLengthLimit}`
    if (labelValueLengthLimit > 0 && Buffer.byteLength(value) > labelValueLengthLimit)
      return `"${metric}" has a label value of ${Buffer.byteLength(value)} bytes and label_value_length_limit is ${labelValueLengthLimit}`
  }
  return ''
}
