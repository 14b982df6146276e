import { printHistogram } from '../query/promql/evaluate/histogram/print.ts'
import { parseExpression } from '../query/promql/parse/parse.ts'
import { askVector } from './ask-vector.ts'
import type { Evaluation } from './evaluate-rule.ts'
import type { TemplatedText } from './rule-file.ts'
import { expandTemplate, type TemplateData } from './template/expand.ts'
import { TemplateSample } from './template/go-format.ts'

const queriesOfTextMax = 100

/** Expands the templates of one evaluation. A query in a template is asked once, however many alerts tell its answer. */
export class Texts {
  readonly evaluation: Evaluation
  readonly errors: string[] = []
  readonly #answers = new Map<string, readonly TemplateSample[] | { readonly error: string }>()

  constructor(evaluation: Evaluation) {
    this.evaluation = evaluation
  }

  async expand({ name, template }: TemplatedText, data: TemplateData): Promise<string> {
    for (let asked = 0; asked <= queriesOfTextMax; asked++) {
      const expanded = expandTemplate(template, data, { nowMs: this.evaluation.nowMs, answers: this.#answers })
      if (expanded.kind === 'text') return expanded.text
      if (expanded.kind === 'failed') return this.#failed(name, expanded.message)
      this.#answers.set(expanded.query, await this.#ask(expanded.query))
    }
    return this.#failed(name, `it asks more than ${queriesOfTextMax} queries`)
  }

  #failed(name: string, message: string): string {
    this.errors.push(`${name}: ${message}`)
    return `<error expanding template: ${message}>`
  }

  async #ask(text: string): Promise<readonly TemplateSample[] | { error: string }> {
    const expression = parseExpression(text)
    if (expression.kind === 'parse-error') return { error: expression.sentence }
    const found = await askVector({ expression, text }, this.evaluation.nowMs, this.evaluation.ask)
    if ('error' in found) return found
    return found.map(
      ({ labels, value, histogram }) =>
        new TemplateSample(new Map(labels.pairs), histogram === undefined ? value : printHistogram(histogram)),
    )
  }
}
