import type { Context } from 'hono'
import type { SampleRange } from '../query/prometheus/plan.ts'
import type { Expression, LabelMatcher } from '../query/promql/parse/ast.ts'
import { parseDurationMs, quote } from '../query/promql/parse/literals.ts'
import { isSelective } from '../query/promql/parse/matcher.ts'
import { parseExpression, parseSelector } from '../query/promql/parse/parse.ts'
import { PrometheusFailure } from './prometheus-errors.ts'

/** Parameters as Prometheus takes them: from the query string, and of a POST from the form in its body, which counts first. */
export async function readParameters(context: Context): Promise<URLSearchParams> {
  const url = new URL(context.req.url)
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(context.req.header('content-type') ?? '')
  if (context.req.method !== 'POST' || !isForm) return url.searchParams
  const parameters = new URLSearchParams(await context.req.text())
  for (const [name, value] of url.searchParams) parameters.append(name, value)
  return parameters
}

export const refuse = (name: string, why: string): PrometheusFailure =>
  new PrometheusFailure('bad_data', `invalid parameter ${quote(name)}: ${why}`)

/** What JavaScript's dates can hold, in milliseconds: 100 million days around 1970. */
const timeMaxMs = 8.64e15
const rfc3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/
const number = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/

/** How Go's clients write the first and the last moment they know, which are more than dates can hold. */
const endsOfTime: Readonly<Record<string, number>> = {
  '-292273086-05-16T16:47:06Z': -timeMaxMs,
  '292277025-08-18T07:12:54.999999999Z': timeMaxMs,
}

/** Unix seconds with any fraction, or RFC 3339. */
function parseTimeMs(text: string): number | undefined {
  const end = endsOfTime[text]
  if (end !== undefined) return end
  const ms = number.test(text) ? Math.round(Number(text) * 1000) : rfc3339.test(text) ? Date.parse(text) : Number.NaN
  return Math.abs(ms) <= timeMaxMs ? ms : undefined
}

function readTime(parameters: URLSearchParams, name: string): number | undefined {
  const text = parameters.get(name) ?? ''
  if (text === '') return undefined
  const ms = parseTimeMs(text)
  if (ms === undefined) throw refuse(name, `invalid time value for '${name}': ${noTimestamp(text)}`)
  return ms
}

const noTimestamp = (text: string): string => `cannot parse ${quote(text)} to a valid timestamp`

function neededTime(parameters: URLSearchParams, name: string): number {
  const text = parameters.get(name) ?? ''
  const ms = parseTimeMs(text)
  if (ms === undefined) throw refuse(name, noTimestamp(text))
  return ms
}

/** Seconds, or a length like `5m`. */
function readLength(parameters: URLSearchParams, name: string): number | undefined {
  const text = parameters.get(name) ?? ''
  if (text === '') return undefined
  const ms = parseLengthMs(text)
  if (typeof ms !== 'number') throw refuse(name, ms.error)
  return ms
}

function parseLengthMs(text: string): number | { readonly error: string } {
  const ms = number.test(text) ? Number(text) * 1000 : parseDurationMs(text)
  const error = `cannot parse ${quote(text)} to a valid duration`
  if (typeof ms !== 'number') return { error }
  return Math.abs(ms) <= timeMaxMs ? Math.round(ms) : { error: `${error}. It overflows int64` }
}

function expressionOf(parameters: URLSearchParams): { expression: Expression; text: string } {
  const text = parameters.get('query') ?? ''
  const expression = parseExpression(text)
  if (expression.kind === 'parse-error') throw refuse('query', expression.sentence)
  return { expression, text }
}

export const readExpression = expressionOf

type Choices = { timeoutMs: number | undefined; lookbackMs: number | undefined }

function choices(parameters: URLSearchParams): Choices {
  const lookback = parameters.get('lookback_delta') ?? ''
  const lookbackMs = lookback === '' ? 0 : parseLengthMs(lookback)
  if (typeof lookbackMs !== 'number')
    throw new PrometheusFailure('bad_data', `error parsing lookback delta duration: ${lookbackMs.error}`)
  return { timeoutMs: readLength(parameters, 'timeout'), lookbackMs: lookbackMs > 0 ? lookbackMs : undefined }
}

export function readInstant(parameters: URLSearchParams, nowMs: number) {
  return { ...expressionOf(parameters), timeMs: readTime(parameters, 'time') ?? nowMs, ...choices(parameters) }
}

const pointsMax = 11_000

export function readRangeQuery(parameters: URLSearchParams) {
  const startMs = neededTime(parameters, 'start')
  const endMs = neededTime(parameters, 'end')
  if (endMs < startMs) throw refuse('end', 'end timestamp must not be before start time')
  const stepMs = readLength(parameters, 'step')
  if (stepMs === undefined) throw refuse('step', 'cannot parse "" to a valid duration')
  if (stepMs <= 0)
    throw refuse('step', 'zero or negative query resolution step widths are not accepted. Try a positive integer')
  if ((endMs - startMs) / stepMs > pointsMax)
    throw new PrometheusFailure(
      'bad_data',
      'exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)',
    )
  return { ...expressionOf(parameters), startMs, endMs, stepMs, ...choices(parameters) }
}

export function readSelectors(parameters: URLSearchParams): readonly (readonly LabelMatcher[])[] {
  return parameters.getAll('match[]').map((text) => readSelector('match[]', text))
}

export function readSelector(name: string, text: string): readonly LabelMatcher[] {
  const selector = parseSelector(text)
  if (selector.kind === 'parse-error') throw refuse(name, selector.sentence)
  if (!isSelective(selector.matchers)) throw refuse(name, `${name} must contain at least one non-empty matcher`)
  return selector.matchers
}

/** All time where nothing is said. */
export function readSampleRange(parameters: URLSearchParams): SampleRange {
  const fromMs = readTime(parameters, 'start')
  const untilMs = readTime(parameters, 'end')
  return { afterMs: (fromMs ?? 0) - 1, untilMs: untilMs ?? timeMaxMs }
}

/** How many are wanted at most; all where nothing, or 0, is said. */
export function readLimit(parameters: URLSearchParams): number {
  const limit = readWhole(parameters, 'limit') ?? 0
  if (limit < 0) throw refuse('limit', 'limit must be non-negative')
  return limit > 0 ? limit : Infinity
}

function readWhole(parameters: URLSearchParams, name: string): number | undefined {
  const text = parameters.get(name) ?? ''
  if (text === '') return undefined
  const whole = parseWhole(text)
  if (typeof whole !== 'number') throw refuse(name, whole.error)
  return whole
}

/** In the words of Go's `strconv.Atoi`. */
export function parseWhole(text: string): number | { readonly error: string } {
  if (/^[+-]?\d+$/.test(text) && Math.abs(Number(text)) < 2 ** 63) return Number(text)
  const why = /^[+-]?\d+$/.test(text) ? 'value out of range' : 'invalid syntax'
  return { error: `strconv.Atoi: parsing ${quote(text)}: ${why}` }
}

/** `U__http_2e_route` stands for `http.route` where a path cannot hold the name itself. */
export function labelOfPath(name: string): string {
  const label = name.startsWith('U__') ? unescapeName(name.slice(3)) : name
  if (label === '' || /[\ud800-\udfff]/u.test(label))
    throw new PrometheusFailure('bad_data', `invalid label name: ${quote(label)}`)
  return label
}

function unescapeName(text: string): string {
  return text.replace(/__|_([0-9a-fA-F]{1,6})_/g, (all, hex?: string) => {
    if (hex === undefined) return '_'
    const code = Number.parseInt(hex, 16)
    return code <= 0x10ffff ? String.fromCodePoint(code) : all
  })
}
