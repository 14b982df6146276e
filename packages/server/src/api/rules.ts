import { madeFile, type RuleDraft, type RuleListed, type RulesAnswer } from '@wakeline/protocol'
import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { draftSchema, type MadeRule, type MadeRules, type SaveRefused } from '../alert/made-rules.ts'
import { previewRule } from '../alert/preview.ts'
import { readDraft } from '../alert/rule-draft.ts'
import type { Rule } from '../alert/rule-file.ts'
import type { RuleState, RunningGroup } from '../alert/running-group.ts'
import { askerOf } from './caller.ts'
import { endpoints } from './endpoints.ts'
import { ApiFailure } from './errors.ts'
import { readInput, readRange } from './input.ts'
import { readJsonBody } from './json-body.ts'
import { limitBody } from './limit-body.ts'
import { sendJson } from './send.ts'

/** Rules that can be made here, and what a draft of one is tried with. */
export type RulesParts = {
  made: MadeRules
  groups: () => readonly RunningGroup[]
  preview: Parameters<typeof previewRule>[1]
}

export type RulesOptions = {
  rules: RulesParts
  nowUnixMs: () => number
}

const bodyMaxBytes = 256 * 1024
const savedSchema = z.strictObject({ rule: draftSchema, revision: z.number().int().exactOptional() })
const previewSchema = z.strictObject({
  rule: draftSchema,
  from: z.number().int().nonnegative(),
  to: z.number().int().nonnegative(),
})

/**
 * /api/v1/rules: all rules, and those made here made, changed, tried and deleted. Bodies are JSON and nothing else: what a page of another
 * origin can send without being asked about is refused.
 */
export function rulesRoutes({ rules: { made, groups, preview }, nowUnixMs }: RulesOptions): Hono {
  const routes = new Hono()
  routes.use(limitBody({ maxSize: bodyMaxBytes, onError: bodyTooLarge }))
  routes.get('/', (context) => {
    readInput(context, endpoints.rules.input)
    const answer: RulesAnswer = { rules: listed(made, groups()), changes: [...made.changes()] }
    return sendJson(context, answer)
  })
  routes.get('/export', (context) =>
    context.body(made.printed(), 200, {
      'Content-Type': 'application/yaml; charset=utf-8',
      'Content-Disposition': 'attachment; filename="rules.yml"',
      'Cache-Control': 'no-store',
    }),
  )
  routes.post('/', async (context) => {
    const { rule } = await readJsonBody(context, savedSchema, refuse)
    return answerSaved(context, await made.make(rule, { by: askerOf(context) }), 201)
  })
  routes.put('/:id', async (context) => {
    const { rule, revision } = await readJsonBody(context, savedSchema, refuse)
    const acting = { by: askerOf(context), ...(revision !== undefined && { revision }) }
    return answerSaved(context, await made.change(context.req.param('id'), rule, acting), 200)
  })
  routes.delete('/:id', async (context) => {
    const revision = context.req.query('revision')
    if (revision !== undefined && !/^\d{1,9}$/.test(revision)) throw refuse('"revision" is a whole number')
    const acting = { by: askerOf(context), ...(revision !== undefined && { revision: Number(revision) }) }
    return answerSaved(context, await made.delete(context.req.param('id'), acting), 200)
  })
  routes.post('/preview', async (context) => {
    const { rule, from, to } = await readJsonBody(context, previewSchema, refuse)
    // What is switched off can be looked at all the same.
    const read = readDraft({ ...rule, alert: rule.alert === '' ? 'preview' : rule.alert, disabled: false })
    if ('problems' in read) return context.json(read, 400)
    const answer = await previewRule({ group: read.group, range: readRange({ from, to }, nowUnixMs()) }, preview)
    if ('error' in answer) throw new ApiFailure('invalid_query', `Cannot try this rule: ${answer.error}`)
    return sendJson(context, answer)
  })
  return routes
}

function refuse(why: string): ApiFailure {
  return new ApiFailure('invalid_request', `Cannot save this rule: ${why}`)
}

function bodyTooLarge(): never {
  throw new ApiFailure('too_large', `Cannot save this rule: it has more than ${bodyMaxBytes} bytes`)
}

function answerSaved(context: Context, saved: { id: string } | SaveRefused, status: 200 | 201): Response {
  if (!('refused' in saved)) return context.json(saved, status)
  if (saved.refused === 'problems') return context.json({ problems: saved.problems }, 400)
  throw new ApiFailure(
    saved.refused === 'not_found' ? 'not_found' : 'invalid_request',
    `Cannot save this rule: ${saved.message}`,
  )
}

function listed(made: MadeRules, groups: readonly RunningGroup[]): RuleListed[] {
  const running = new Map(
    groups.filter(({ group }) => group.file === madeFile).map((group) => [group.group.name, group.rules[0]]),
  )
  return [
    ...made.rules().map((rule) => madeRule(rule, running.get(rule.draft.alert))),
    ...groups
      .filter(({ group }) => group.file !== madeFile)
      .flatMap(({ group, rules }) =>
        rules.map(
          (state): RuleListed => ({
            ...stateOf(state),
            id: '',
            revision: 0,
            file: group.file,
            group: group.name,
            ...aboutRule(state.rule),
          }),
        ),
      ),
  ]
}

function madeRule({ id, revision, draft }: MadeRule, state: RuleState | undefined): RuleListed {
  return {
    ...stateOf(state),
    id,
    revision,
    file: '',
    group: draft.alert,
    kind: 'alert',
    name: draft.alert,
    query: draft.search ?? draft.expr ?? '',
    signal: signalOf(draft),
    isDisabled: draft.disabled === true,
    draft,
  }
}

const signalOf = ({ search, signal }: RuleDraft): RuleListed['signal'] =>
  search === undefined || search === '' ? 'metrics' : (signal ?? 'logs')

function aboutRule(rule: Rule): Pick<RuleListed, 'kind' | 'name' | 'query' | 'signal' | 'isDisabled'> {
  const { kind, name, text } = rule
  const isSearch = rule.kind === 'alert' && rule.question.is === 'search'
  const signal = isSearch ? (rule.question.signal === 'logs' ? 'logs' : 'traces') : 'metrics'
  return { kind, name, query: text, signal, isDisabled: false }
}

type Going = Pick<
  RuleListed,
  'health' | 'lastError' | 'lastEvaluationMs' | 'evaluationMs' | 'pending' | 'firing' | 'cost'
>

function stateOf(state: RuleState | undefined): Going {
  const phases = [...(state?.alerts.values() ?? [])].map(({ phase }) => phase)
  return {
    health: state?.health ?? 'unknown',
    lastError: state?.lastError ?? '',
    lastEvaluationMs: state?.lastEvaluationMs ?? 0,
    evaluationMs: state?.evaluationMs ?? 0,
    pending: phases.filter((phase) => phase === 'pending').length,
    firing: phases.filter((phase) => phase === 'firing').length,
    cost: state?.cost ?? { rowsRead: 0, bytesRead: 0, elapsedMs: 0 },
  }
}
