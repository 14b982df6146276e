import { type Mapping, YamlInput, type YamlProblem } from '../base/yaml-input.ts'
import type { Label } from '../query/promql/evaluate/labels.ts'
import { isWellFormed } from '../query/promql/parse/literals.ts'
import { parseExpression } from '../query/promql/parse/parse.ts'
import { readCondition } from './read-condition.ts'
import { readDuration } from './read-duration.ts'
import { readNovelty } from './read-novelty.ts'
import { readSearch } from './read-search.ts'
import type { Rule, RuleGroup, RuleQuestion, TemplatedText } from './rule-file.ts'
import { templateVariables, thresholdVariables } from './template/expand.ts'
import { functionNames } from './template/functions.ts'
import { parseTemplate } from './template/parse-template.ts'

export type RuleFile = { readonly groups: readonly RuleGroup[] }

/** Sentences with their places; and each with the words of the file that lead to it. */
export type RuleMistakes = { readonly errors: readonly string[]; readonly problems: readonly YamlProblem[] }

const fileMaxLength = 32 * 1024 * 1024

/**
 * Reads a rule file of Prometheus. Either all of it is right, or every mistake is told with its file, line and column, and
 * what to do; what Prometheus takes is taken, what it refuses is refused.
 */
export function readRuleFile(path: string, text: string): RuleFile | RuleMistakes {
  if (text.length > fileMaxLength)
    return { errors: [`Cannot read ${path}: it is longer than ${fileMaxLength} characters.`], problems: [] }
  const input = new YamlInput(path, text, { withColumns: true })
  const groups: RuleGroup[] = []
  if (input.root !== undefined) {
    const given = input.mapping(input.root, 'a rule file with "groups:" on top')
    const names = new Set<string>()
    for (const node of input.list(given.take('groups'), 'groups')) groups.push(readGroup(input, node, { path, names }))
    given.end('a rule file, which has groups')
  }
  return input.errors.length > 0 ? { errors: input.errors, problems: input.problems() } : { groups }
}

function readGroup(input: YamlInput, node: unknown, { path, names }: { path: string; names: Set<string> }): RuleGroup {
  const given = input.mapping(node, 'a group')
  const name = given.text('name')
  if (name === '') input.wrong(node, 'a group has no name; give it one with "name:"')
  else if (names.has(name))
    input.wrong(given.take('name'), `the group "${name}" is there twice; give each its own name`)
  names.add(name)
  const labels = readLabels(given, 'labels')
  const group: RuleGroup = {
    file: path,
    name,
    intervalMs: readDuration(given, 'interval') || undefined,
    queryOffsetMs: readDuration(given, 'query_offset'),
    limit: given.parsed('limit', 0, (text) => (/^-?\d{1,9}$/.test(text) ? Number(text) : undefined), 'a whole number'),
    rules: input.list(given.take('rules'), 'rules').flatMap((rule) => readRule(input, rule, labels) ?? []),
  }
  given.end('a group')
  return group
}

type GivenText = { readonly name: string; readonly text: string; readonly node: unknown }

function readLabels(given: Mapping, what: 'labels' | 'annotations'): readonly GivenText[] {
  const entries = given.input.mapping(given.take(what), what)
  return entries.names().map((name) => {
    const text = entries.text(name)
    const node = entries.take(name) ?? entries.node
    if (name === '' || !isWellFormed(name) || (name === '__name__' && what === 'labels'))
      given.input.wrong(node, `"${name}" cannot be the name of one of the ${what}`)
    return { name, text, node }
  })
}

function readRule(input: YamlInput, node: unknown, groupLabels: readonly GivenText[]): Rule | undefined {
  const given = input.mapping(node, 'a rule')
  const record = given.text('record')
  const alert = given.text('alert')
  if (record !== '' && alert !== '') input.wrong(node, 'a rule has both "record" and "alert"; leave one of them out')
  if (record === '' && alert === '')
    input.wrong(node, 'a rule has neither "record" nor "alert"; give it one with its name')
  const { question, text } = readQuestion(given, node)
  const condition = readCondition(given, { node, question, text })
  const novelty = readNovelty(given, { node, question, isConditioned: condition !== undefined })
  const isDisabled = given.boolean('disabled', false)
  const holdMs = readDuration(given, 'for')
  const keepFiringMs = readDuration(given, 'keep_firing_for')
  const own = readLabels(given, 'labels')
  const annotations = readLabels(given, 'annotations')
  given.end('a rule')
  // Of the group and the rule the rule's count.
  const labels = [...new Map([...groupLabels, ...own].map((each) => [each.name, each])).values()].sort(byName)
  const rule = { text, line: input.line(node) }
  if (record !== '') {
    const notThere = {
      for: holdMs > 0,
      keep_firing_for: keepFiringMs > 0,
      annotations: annotations.length > 0,
      search: question?.is === 'search',
      thresholds: (condition?.thresholds.length ?? 0) > 0,
      novelty: novelty !== undefined,
    }
    for (const [name, isThere] of Object.entries(notThere))
      if (isThere) input.wrong(given.take(name), `"${name}" is of alerts and not of a recording rule; leave it out`)
    if (/[{}]/.test(record) || !isWellFormed(record))
      input.wrong(
        given.take('record'),
        `"${record}" cannot be the name of a metric; labels go under "labels:", conditions into "expr:"`,
      )
    if (question?.is !== 'promql' || isDisabled) return undefined
    return { ...rule, kind: 'record', name: record, expression: question.expression, labels: labels.map(pairOf) }
  }
  const variables = condition === undefined ? templateVariables : thresholdVariables
  const templated = (each: GivenText, what: string): TemplatedText => readTemplate(input, each, { what, variables })
  const texts = {
    labels: labels.map((each) => templated(each, 'label')),
    annotations: [...annotations].sort(byName).map((each) => templated(each, 'annotation')),
  }
  if (question === undefined || isDisabled) return undefined
  return { ...rule, kind: 'alert', name: alert, question, condition, novelty, holdMs, keepFiringMs, ...texts }
}

const byName = (a: GivenText, b: GivenText): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)
const pairOf = ({ name, text }: GivenText): Label => [name, text]

type GivenQuestion = { question: RuleQuestion | undefined; text: string }

function readQuestion(given: Mapping, rule: unknown): GivenQuestion {
  if (given.has('search')) return readSearch(given, rule)
  const text = given.text('expr')
  const node = given.take('expr')
  if (text === '') {
    given.input.wrong(
      node ?? rule,
      'a rule has no expression; write one in PromQL under "expr:", or a search under "search:"',
    )
    return { question: undefined, text }
  }
  const expression = parseExpression(text)
  if (expression.kind !== 'parse-error') return { question: { is: 'promql', expression }, text: text.trim() }
  const place = { text, offset: expression.position.start }
  given.input.wrongInside(node, place, `the expression is not PromQL: ${expression.message}`)
  return { question: undefined, text }
}

function readTemplate(
  input: YamlInput,
  { name, text, node }: GivenText,
  { what, variables }: { what: string; variables: readonly string[] },
): TemplatedText {
  const template = parseTemplate(text, { functions: functionNames, variables })
  if ('offset' in template) {
    input.wrongInside(
      node,
      { text, offset: template.offset },
      `the template of ${what} "${name}" is wrong: ${template.message}`,
    )
    return { name, text, template: [] }
  }
  return { name, text, template }
}
