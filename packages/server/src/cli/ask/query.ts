import { askPromql, askPromqlRange, type PrometheusResult, parseSpanText } from '@wakeline/protocol'
import { printPromql } from '../../text/print-promql.ts'
import type { AskCommand } from './run-asked.ts'

const pointsOfLine = 60

/** `wakeline query EXPRESSION`: PromQL, now or over a range. */
export const queryCommand: AskCommand = {
  words: 'EXPRESSION',
  sentence: 'Answers a PromQL expression: at the end of the time where no range is asked for, else over it.',
  flags: { step: { value: 'DURATION', sentence: `Step of a range. Default a ${pointsOfLine}th of it.` } },
  examples: [
    "wakeline query 'sum by (job) (rate(http_server_request_duration_seconds_count[5m]))'",
    "wakeline query 'up' --last 6h --step 5m",
  ],
  run: async (asked, out) => {
    const expression = asked.words.join(' ')
    if (expression === '') {
      out.say(`Cannot ask nothing: give a PromQL expression, as in wakeline query 'rate(http_requests_total[5m])'`)
      return 2
    }
    const { own, fromMs, toMs } = asked
    const isRange = own['last'] !== undefined || own['from'] !== undefined || own['step'] !== undefined
    const stepMs =
      own['step'] === undefined ? Math.max(1000, Math.ceil((toMs - fromMs) / pointsOfLine)) : parseSpanText(own['step'])
    if (stepMs === undefined) {
      out.say(`Cannot read --step: "${own['step']}" is not a duration such as 15s or 1m`)
      return 2
    }
    const question = isRange ? askPromqlRange(expression, { fromMs, toMs }, stepMs) : askPromql(expression, toMs)
    const { data } = await asked.ask.json(question, out.signal)
    if (isNothing(data)) out.say('No series matches, or none has samples in this time; --last 6h looks at more of it.')
    else if (asked.json) for (const line of linesOf(data)) out.print(JSON.stringify(line))
    else out.print(printPromql(data, out.width))
    return 0
  },
}

const isNothing = ({ resultType, result }: PrometheusResult): boolean =>
  (resultType === 'matrix' || resultType === 'vector') && result.length === 0

/** One series a line, in Prometheus' own shape. */
function linesOf(data: PrometheusResult): readonly unknown[] {
  return data.resultType === 'matrix' || data.resultType === 'vector' ? data.result : [{ value: data.result }]
}
