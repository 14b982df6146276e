import { askMetrics, askPromql, askPromqlRange, Failure, parseSpanText } from '@wakeline/protocol'
import { z } from 'zod'
import { printPromql } from '../text/print-promql.ts'
import { type Column, printTable } from '../text/print-table.ts'
import type { AddTool } from './mcp-server.ts'

const pointsOfLine = 60
const columns: readonly Column[] = ['metric', 'kind', 'unit', 'series', 'description'].map((name) => ({
  name,
  align: name === 'series' ? 'right' : 'left',
}))

export function addMetricTools(add: AddTool): void {
  const metrics = {
    title: 'List metrics',
    description:
      'Metrics seen in the time, by their OpenTelemetry names; PromQL takes these in quotes, or their Prometheus names.',
    input: { search: z.string().default('').describe('Only those whose name contains this.') },
  }
  add('list_metrics', metrics, async ({ search }, at, { ask, signal }) => {
    const answer = await ask.json(askMetrics(search, at), signal)
    if (answer.metrics.length === 0) return 'No metric matches in this time.'
    const rows = answer.metrics.map(({ metric, kind, unit, series, description }) => [
      metric,
      kind,
      unit,
      String(series),
      description,
    ])
    return printTable(columns, rows)
  })

  const query = {
    title: 'Query metrics',
    description:
      'Answers a PromQL expression at `to`, or with `step` over the range: a drawn line with min, max and last of each series.',
    input: {
      expression: z.string().min(1),
      step: z.string().optional().describe(`15s, 1m, or "auto" for a ${pointsOfLine}th of the range.`),
    },
  }
  add('query_metrics', query, async ({ expression, step }, at, { ask, signal }) => {
    if (step === undefined) return printPromql((await ask.json(askPromql(expression, at.toMs), signal)).data)
    const stepMs =
      step === 'auto' ? Math.max(1000, Math.ceil((at.toMs - at.fromMs) / pointsOfLine)) : parseSpanText(step)
    if (stepMs === undefined)
      throw new Failure('invalid_request', 400, `Cannot read step: "${step}" is not a duration such as 15s or 1m`)
    return printPromql((await ask.json(askPromqlRange(expression, at, stepMs), signal)).data)
  })
}
