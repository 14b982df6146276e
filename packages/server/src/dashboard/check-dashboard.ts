import {
  type Choices,
  type Chosen,
  type Dashboard,
  type DashboardProblem,
  type DashboardVariable,
  fillPromql,
  fillSearch,
} from '@wakeline/protocol'
import { z } from 'zod'
import { parseExpression } from '../query/promql/parse/parse.ts'
import { readQuestion } from '../query/search/read-search.ts'

/** What is written as a dashboard, read. */
export type CheckedDashboard = { dashboard: Dashboard } | { problems: DashboardProblem[] }

export const columnsMax = 24
const panelsMax = 200
const problemsMax = 100

const short = z.string().max(1000)
const long = z.string().max(20_000)
const name = z
  .string()
  .regex(/^[A-Za-z_]\w{0,99}$/, 'a name has letters, digits and underscores, and begins with no digit')

const values = z.discriminatedUnion('is', [
  z.strictObject({ is: z.literal('label'), label: short.min(1), of: long.exactOptional() }),
  z.strictObject({ is: z.literal('key'), key: short.min(1), signal: z.enum(['logs', 'spans']) }),
  z.strictObject({ is: z.literal('list'), list: z.array(short).min(1).max(1000) }),
])
const variable = z.strictObject({
  name,
  label: short.exactOptional(),
  values,
  several: z.boolean().exactOptional(),
  initial: z.array(short).max(1000).exactOptional(),
})
const question = z.strictObject({
  ask: long,
  of: z.enum(['metrics', 'logs', 'spans']),
  legend: short.exactOptional(),
})
const panel = z.strictObject({
  title: short,
  description: long.exactOptional(),
  kind: z.enum(['timeseries', 'value', 'table', 'bars', 'text', 'heading']),
  width: z.number().int().min(1).max(columnsMax).exactOptional(),
  height: z.number().int().min(1).max(40).exactOptional(),
  questions: z.array(question).max(20).exactOptional(),
  unit: z.string().max(40).exactOptional(),
  thresholds: z
    .array(z.strictObject({ from: z.number().exactOptional(), is: z.enum(['ok', 'warn', 'error']) }))
    .max(20)
    .exactOptional(),
  stacked: z.boolean().exactOptional(),
  text: long.exactOptional(),
})
export const dashboardSchema: z.ZodType<Dashboard> = z.strictObject({
  title: z.string().trim().min(1, 'it has no title').max(200),
  description: long.exactOptional(),
  last: z
    .string()
    .regex(/^(?:\d+[smhdw])+$/, 'it is a length of time, as 15m or 6h')
    .exactOptional(),
  variables: z.array(variable).max(50).exactOptional(),
  panels: z.array(panel).max(panelsMax),
  needs: z.array(short).max(20).exactOptional(),
})

/** A dashboard in the words of its schema. What is wrong with a question is no reason not to keep it: its panel says so. */
export function readDashboard(written: unknown): CheckedDashboard {
  const read = dashboardSchema.safeParse(written)
  if (read.success) return { dashboard: read.data }
  const issues = read.error.issues.slice(0, problemsMax)
  return { problems: issues.map(({ path, message }) => ({ at: path.join('.') || 'the dashboard', message })) }
}

/** Everything that is wrong with variables and questions, each at its word. A panel without a question is no mistake. */
export function checkDashboard(dashboard: Dashboard): DashboardProblem[] {
  return [...variableProblems(dashboard), ...questionProblems(dashboard)].slice(0, problemsMax)
}

/** Lengths of time that every question may name; what they are is said by the time that is shown. */
const timeVariables = [
  '__interval',
  '__interval_ms',
  '__rate_interval',
  '__rate_interval_ms',
  '__range',
  '__range_s',
  '__range_ms',
  '__from',
  '__to',
]

function variableProblems({ variables = [] }: Dashboard): DashboardProblem[] {
  const seen = new Set(timeVariables)
  return variables.flatMap(({ name: each, values: from }, i): DashboardProblem[] => {
    const at = `variables.${i}`
    if (seen.has(each)) return [{ at: `${at}.name`, message: `There are two variables $${each}.` }]
    const filled =
      from.is === 'label' && from.of !== undefined ? fillPromql(from.of, examples(variables.slice(0, i))) : undefined
    seen.add(each)
    if (filled === undefined) return []
    if ('wrong' in filled)
      return [
        {
          at: `${at}.values.of`,
          message: `${sentence(filled.wrong)} It may name those above it.`,
          position: filled.position,
        },
      ]
    const parsed = parseExpression(filled.text)
    if (parsed.kind === 'vector-selector') return []
    const why = parsed.kind === 'parse-error' ? parsed.message : 'it is more than that'
    return [
      { at: `${at}.values.of`, message: `It is a selector of series, as http_requests_total{job="web"}: ${why}.` },
    ]
  })
}

function questionProblems({ variables = [], panels }: Dashboard): DashboardProblem[] {
  const choices = examples(variables)
  return panels.flatMap(({ questions = [] }, i) =>
    questions.flatMap(({ ask, of }, j): DashboardProblem[] => {
      if (ask.trim() === '') return []
      const wrong = of === 'metrics' ? promqlProblem(ask, choices) : searchProblem(ask, choices)
      return wrong === undefined ? [] : [{ at: `panels.${i}.questions.${j}.ask`, ...wrong }]
    }),
  )
}

type Wrong = { message: string; position?: number }

/** Places are those of the text as it was filled in; they are told where nothing was put into it. */
function promqlProblem(ask: string, choices: Choices): Wrong | undefined {
  const filled = fillPromql(ask, choices)
  if ('wrong' in filled) return { message: sentence(filled.wrong), position: filled.position }
  const parsed = parseExpression(filled.text)
  if (parsed.kind !== 'parse-error') return undefined
  return {
    message: `Cannot read this PromQL: ${parsed.sentence}`,
    ...(filled.text === ask && { position: parsed.position.start }),
  }
}

function searchProblem(ask: string, choices: Choices): Wrong | undefined {
  const filled = fillSearch(ask, choices)
  if ('wrong' in filled) return { message: sentence(filled.wrong), position: filled.position }
  const read = readQuestion(filled.text)
  if ('refused' in read)
    return {
      message: read.message,
      ...(filled.text === ask && read.position !== undefined && { position: read.position }),
    }
  if (read.stages.length > 0) return undefined
  return { message: 'A panel shows figures of what is found: end the search with a pipe, as | count by (service).' }
}

const sentence = (wrong: string): string => `Cannot ask this: ${wrong}.`

/** What may stand where each variable stands, as far as it can be known before it is asked. */
function examples(variables: readonly DashboardVariable[]): Choices {
  const made = new Map<string, Chosen>()
  for (const each of timeVariables) made.set(each, { values: [/_(?:ms|s|from|to)$/.test(each) ? '60' : '1m'] })
  for (const { name: each, values: from } of variables)
    made.set(each, { values: from.is === 'list' ? from.list.slice(0, 1) : ['any'] })
  return made
}
