import type { AlertSample } from '@wakeline/analysis'
import { printHistogram } from '../query/promql/evaluate/histogram/print.ts'
import { type Label, setLabels } from '../query/promql/evaluate/labels.ts'
import type { Sample } from '../query/promql/evaluate/query.ts'
import type { AlertingRule } from './rule-file.ts'
import type { TemplateData } from './template/expand.ts'
import type { Texts } from './texts.ts'

/** An alert as the rule's labels and annotations make it of a sample; `threshold`: the one it has reached. */
export async function alertOf(
  rule: AlertingRule,
  sample: Sample,
  texts: Texts,
  threshold?: { readonly severity: string; readonly value: number },
): Promise<AlertSample> {
  const { labels: found, value, histogram } = sample
  const data: TemplateData = {
    labels: new Map(found.pairs),
    value: histogram === undefined ? value : printHistogram(histogram),
    externalLabels: texts.evaluation.externalLabels,
    externalUrl: texts.evaluation.externalUrl,
    ...(threshold !== undefined && { threshold: threshold.value }),
  }
  const changed: Label[] = [['__name__', '']]
  for (const label of rule.labels) changed.push([label.name, await texts.expand(label, data)])
  if (threshold !== undefined && threshold.severity !== '') changed.push(['severity', threshold.severity])
  const labels = setLabels(found, [...changed, ['alertname', rule.name]])
  const annotations: Label[] = []
  for (const annotation of rule.annotations) annotations.push([annotation.name, await texts.expand(annotation, data)])
  return { key: labels.key, labels: labels.pairs, annotations, value }
}
