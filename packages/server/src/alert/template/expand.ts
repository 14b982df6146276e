import type { Command, Operand, Pipeline, Template, TemplateBlock, TemplateNode } from './ast.ts'
import { callFunction, ExpandFailure, type FunctionContext, isTrue } from './functions.ts'
import { printValue, sortedEntries, TemplateSample, typeName, type Value } from './go-format.ts'

/** What a template is given: `.Labels`, `$labels` and so on. */
export type TemplateData = {
  readonly labels: ReadonlyMap<string, string>
  /** A native histogram is the text of it. */
  readonly value: number | string
  readonly externalLabels: ReadonlyMap<string, string>
  readonly externalUrl: string
  /** Of rules that have thresholds: the one that was reached. */
  readonly threshold?: number
}

export const templateVariables: readonly string[] = ['$labels', '$externalLabels', '$externalURL', '$value']
/** Not Prometheus': known to the templates of rules with thresholds alone. */
export const thresholdVariables: readonly string[] = [...templateVariables, '$threshold']

export type Expanded =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'failed'; readonly message: string }
  /** To be expanded again, with the answer of this query beside the others. */
  | { readonly kind: 'asks'; readonly query: string }

export type ExpandContext = {
  readonly nowMs: number
  readonly answers: ReadonlyMap<string, readonly TemplateSample[] | { readonly error: string }>
}

class Asks extends Error {
  readonly query: string

  constructor(query: string) {
    super()
    this.query = query
  }
}

const outputMaxLength = 1024 * 1024

/**
 * The text a template makes of one sample. Nothing is asked or waited for here: a query without an answer is handed out, and
 * who has the answer begins again. What goes wrong is a sentence, because an alert is better told badly than not at all.
 */
export function expandTemplate(template: Template, data: TemplateData, context: ExpandContext): Expanded {
  const run = new Expansion(data, {
    nowMs: context.nowMs,
    externalUrl: data.externalUrl,
    query: (query) => {
      const answer = context.answers.get(query)
      if (answer === undefined) throw new Asks(query)
      if ('error' in answer) throw new ExpandFailure(`error calling query: ${answer.error}`)
      return answer
    },
  })
  try {
    run.nodes(template, run.root)
    return { kind: 'text', text: run.out }
  } catch (thrown) {
    if (thrown instanceof Asks) return { kind: 'asks', query: thrown.query }
    if (thrown instanceof Error) return { kind: 'failed', message: thrown.message }
    throw thrown
  }
}

type Ending = 'break' | 'continue' | undefined

class Expansion {
  out = ''
  readonly root: Value
  readonly #context: FunctionContext
  readonly #variables: { name: string; value: Value }[]

  constructor(data: TemplateData, context: FunctionContext) {
    this.#context = context
    this.root = new Map<string, Value>([
      ['Labels', data.labels],
      ['ExternalLabels', data.externalLabels],
      ['ExternalURL', data.externalUrl],
      ['Value', data.value],
    ])
    const { labels, externalLabels, externalUrl, value, threshold } = data
    const given: readonly Value[] = [this.root, labels, externalLabels, externalUrl, value, threshold]
    this.#variables = ['$', ...thresholdVariables].map((name, i) => ({ name, value: given[i] }))
  }

  nodes(template: Template, dot: Value): Ending {
    for (const node of template) {
      const ending = this.#node(node, dot)
      if (ending !== undefined) return ending
    }
    return undefined
  }

  #node(node: TemplateNode, dot: Value): Ending {
    if (node.kind === 'text') this.#write(node.text)
    else if (node.kind === 'break' || node.kind === 'continue') return node.kind
    else if (node.kind === 'print') {
      const value = this.#pipeline(node.pipeline, dot)
      if (node.pipeline.variables.length === 0) this.#write(printValue(value))
    } else {
      const known = this.#variables.length
      const ending = this.#block(node, dot)
      this.#variables.length = known
      return ending
    }
    return undefined
  }

  #write(text: string): void {
    this.out += text
    if (this.out.length > outputMaxLength) throw new ExpandFailure(`it is longer than ${outputMaxLength} characters`)
  }

  #block(node: TemplateBlock, dot: Value): Ending {
    const value = this.#pipeline(node.pipeline, dot)
    if (node.kind === 'range') return this.#range(node, value, dot)
    if (!isTrue(value)) return this.nodes(node.otherwise, dot)
    return this.nodes(node.body, node.kind === 'with' ? value : dot)
  }

  #range(node: TemplateBlock, value: Value, dot: Value): Ending {
    const entries = entriesOf(value)
    if (entries.length === 0) return this.nodes(node.otherwise, dot)
    const { variables, isNew } = node.pipeline
    const known = this.#variables.length
    for (const [key, each] of entries) {
      const given = variables.length === 2 ? [key, each] : [each]
      for (const [i, name] of variables.entries()) this.#set(name, given[i], isNew)
      const ending = this.nodes(node.body, each)
      this.#variables.length = known
      if (ending === 'break') break
    }
    return undefined
  }

  #set(name: string, value: Value, isNew: boolean): void {
    const known = isNew ? undefined : this.#variables.findLast((each) => each.name === name)
    if (known === undefined) this.#variables.push({ name, value })
    else known.value = value
  }

  #pipeline({ variables, isNew, commands }: Pipeline, dot: Value): Value {
    let value: Value
    commands.forEach((command, i) => {
      value = this.#command(command, dot, i === 0 ? [] : [value])
    })
    // Those of a range are set from what it goes over.
    const [name] = variables
    if (name !== undefined && variables.length === 1) this.#set(name, value, isNew)
    return value
  }

  #command([first, ...rest]: Command, dot: Value, piped: readonly Value[]): Value {
    if (first === undefined) throw new Error('the parser lets no empty command through')
    if (first.kind === 'function') {
      if (first.name === 'and' || first.name === 'or') return this.#shortened(first.name, rest, { dot, piped })
      const args = rest.map((operand) => this.#operand(operand, dot))
      return callFunction(first.name, [...args, ...piped], this.#context)
    }
    if (rest.length > 0 || piped.length > 0) throw new ExpandFailure('cannot give values to what is no function')
    return this.#operand(first, dot)
  }

  /** What is behind the one that decides is not looked at. */
  #shortened(
    name: 'and' | 'or',
    operands: readonly Operand[],
    { dot, piped }: { dot: Value; piped: readonly Value[] },
  ): Value {
    let value: Value
    for (const operand of operands) {
      value = this.#operand(operand, dot)
      if (isTrue(value) === (name === 'or')) return value
    }
    return piped.length > 0 ? piped[0] : value
  }

  #operand(operand: Operand, dot: Value): Value {
    switch (operand.kind) {
      case 'literal':
        return operand.value
      case 'dot':
        return this.#at(dot, operand.path)
      case 'variable':
        return this.#at(this.#variables.findLast(({ name }) => name === operand.name)?.value, operand.path)
      case 'function':
        return callFunction(operand.name, [], this.#context)
      case 'pipeline':
        return this.#at(this.#pipeline(operand.pipeline, dot), operand.path)
    }
  }

  #at(value: Value, path: readonly string[]): Value {
    let found = value
    for (const name of path) {
      if (found instanceof TemplateSample) found = ofSample(found, name)
      else if (found === this.root && found instanceof Map && !found.has(name))
        throw new ExpandFailure(
          `can't evaluate field ${name}: there are .Labels, .Value, .ExternalLabels and .ExternalURL`,
        )
      else if (found instanceof Map) found = found.get(name) ?? ''
      else throw new ExpandFailure(`can't evaluate field ${name} in type ${typeName(found)}`)
    }
    return found
  }
}

function ofSample(sample: TemplateSample, name: string): Value {
  if (name === 'Labels') return sample.labels
  if (name === 'Value') return sample.value
  throw new ExpandFailure(`can't evaluate field ${name} in type sample`)
}

function entriesOf(value: Value): readonly (readonly [Value, Value])[] {
  if (Array.isArray(value)) return value.map((each, i) => [BigInt(i), each])
  if (value instanceof Map) return sortedEntries(value)
  if (value === null || value === undefined) return []
  if (typeof value === 'bigint' && value < 100_000n)
    return Array.from({ length: Math.max(0, Number(value)) }, (_, i) => [BigInt(i), BigInt(i)])
  throw new ExpandFailure(`range can't iterate over ${printValue(value)}`)
}
