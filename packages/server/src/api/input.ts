import type { Context } from 'hono'
import { z } from 'zod'
import { ApiFailure } from './errors.ts'

/** What requests may carry, by endpoint: checked here, so that everything behind it may trust its types. */
const time = (name: string) =>
  z
    .string()
    .regex(/^\d{1,13}$/, `"${name}" is a time in Unix milliseconds`)
    .transform(Number)
const whole = (name: string, least: number, most: number) => {
  const sentence = `"${name}" is a whole number from ${least} to ${most}`
  return z
    .string()
    .regex(/^\d{1,15}$/, sentence)
    .transform(Number)
    .refine((value) => value >= least && value <= most, sentence)
}
const oneOf = <const Names extends readonly [string, ...string[]]>(name: string, names: Names) =>
  z.enum(names, `"${name}" is one of ${names.join(', ')}`)
const text = (name: string, most: number) => z.string().max(most, `"${name}" has at most ${most} characters`)

const range = { from: time('from').optional(), to: time('to').optional() }
const q = text('q', 4096).default('')
const cursor = text('cursor', 200).optional()
const signal = oneOf('signal', ['logs', 'spans'])
const metric = text('metric', 1024).min(1, '"metric" is the name of a metric')
const prefix = text('prefix', 1024).default('')

export const inputs = {
  range: z.strictObject(range),
  bottlenecks: z.strictObject({
    ...range,
    operation: text('operation', 1024).default(''),
    backMs: whole('backMs', 1, 366 * 86_400_000).optional(),
  }),
  traces: z.strictObject({
    ...range,
    q,
    cursor,
    order: oneOf('order', ['newest', 'slowest']).default('newest'),
    limit: whole('limit', 1, 1000).default(50),
  }),
  serviceProblems: z.strictObject({
    ...range,
    operation: text('operation', 1024).default(''),
    traces: whole('traces', 1, 1000).default(200),
  }),
  differences: z.strictObject({ ...range, q, chosen: text('chosen', 4096).default('') }),
  logs: z.strictObject({
    ...range,
    q,
    cursor,
    order: oneOf('order', ['newest', 'oldest']).default('newest'),
    limit: whole('limit', 1, 5000).default(200),
  }),
  logContext: z.strictObject({
    time: z
      .string()
      .regex(/^\d{1,19}$/, '"time" is the "timeUnixNano" of a log record')
      .refine((value) => BigInt(value) < 1n << 63n, '"time" is the "timeUnixNano" of a log record'),
    service: text('service', 1024),
    resource: z
      .string()
      .regex(/^\d{1,20}$/, '"resource" is the "resourceId" of a log record')
      .refine((value) => BigInt(value) < 1n << 64n, '"resource" is the "resourceId" of a log record'),
    before: whole('before', 0, 1000).default(20),
    after: whole('after', 0, 1000).default(20),
  }),
  search: z.strictObject({ ...range, q }),
  errors: z.strictObject({ ...range, service: text('service', 1024).default('') }),
  logHistogram: z.strictObject({ ...range, q, buckets: whole('buckets', 1, 1000).default(60) }),
  traceSample: z.strictObject({ ...range, q, traces: whole('traces', 1, 2000).default(500) }),
  explain: z.strictObject({
    ...range,
    q,
    of: oneOf('of', ['logs', 'histogram', 'traces', 'spans', 'table']),
    signal: signal.default('logs'),
  }),
  sql: z.strictObject({ sql: text('sql', 20_000).min(1, '"sql" is the SELECT to run') }),
  table: z.strictObject({ ...range, signal, q }),
  tail: z.strictObject({ q }),
  metrics: z.strictObject({ ...range, search: text('search', 200).default('') }),
  metricLabels: z.strictObject({ ...range, metric }),
  metricRange: z.strictObject({
    ...range,
    metric,
    stepMs: whole('stepMs', 1, 31 * 86_400_000).optional(),
    aggregation: oneOf('aggregation', [
      'avg',
      'sum',
      'min',
      'max',
      'rate',
      'increase',
      'p50',
      'p90',
      'p95',
      'p99',
    ]).optional(),
    by: z.array(text('by', 1024)).max(10, '"by" is given at most 10 times').default([]),
    filter: z.array(text('filter', 2048)).max(20, '"filter" is given at most 20 times').default([]),
  }),
  backtest: z.strictObject({
    ...range,
    expression: text('expression', 20_000).min(1, '"expression" is the PromQL of an alert'),
    holdMs: whole('holdMs', 0, 31 * 86_400_000).default(0),
    keepFiringMs: whole('keepFiringMs', 0, 31 * 86_400_000).default(0),
    intervalMs: whole('intervalMs', 1000, 86_400_000).default(60_000),
    zoneOffsetMs: z
      .string()
      .regex(/^-?\d{1,8}$/, '"zoneOffsetMs" is what is added to UTC, in milliseconds')
      .default('0')
      .transform(Number),
  }),
  keys: z.strictObject({ ...range, signal, prefix }),
  values: z.strictObject({
    ...range,
    signal,
    prefix,
    key: text('key', 1024).min(1, '"key" is the key whose values are asked for'),
  }),
  nothing: z.strictObject({}),
}

const repeatable = new Set(['by', 'filter'])

/** The query string, checked. Unknown and repeated parameters are refused: a misspelt one would be silently ignored. */
export function readInput<Input>(context: Context, schema: z.ZodType<Input>): Input {
  const given: Record<string, string | string[]> = {}
  for (const [name, values] of Object.entries(context.req.queries())) {
    const [only, more] = values
    if (more !== undefined && !repeatable.has(name)) throw refuse(`"${name}" is given more than once`)
    given[name] = repeatable.has(name) ? values : (only ?? '')
  }
  const read = schema.safeParse(given)
  if (read.success) return read.data
  const issue = read.error.issues[0]
  if (issue?.code === 'unrecognized_keys') throw refuse(`there is no parameter "${issue.keys[0] ?? ''}" here`)
  if (issue?.code === 'invalid_type') throw refuse(`"${issue.path.join('.')}" is missing`)
  throw refuse(issue?.message ?? 'its parameters are not understood')
}

const hourMs = 3600 * 1000
const rangeMaxMs = 400 * 24 * hourMs

/** The last hour where nothing was said. */
export type GivenRange = { from?: number | undefined; to?: number | undefined }

export function readRange(given: GivenRange, nowMs: number): { fromMs: number; toMs: number } {
  const toMs = given.to ?? nowMs
  const fromMs = given.from ?? Math.max(0, toMs - hourMs)
  if (fromMs >= toMs) throw refuse('"from" is before "to"; both are Unix milliseconds')
  if (toMs - fromMs > rangeMaxMs) throw refuse('"from" and "to" are at most 400 days apart')
  return { fromMs, toMs }
}

function refuse(why: string): ApiFailure {
  return new ApiFailure('invalid_request', `Cannot answer this request: ${why}`)
}
