import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseQuestion } from './parse.ts'
import { planSearch } from './plan.ts'
import { planStages } from './plan-stages.ts'
import { planTraces } from './trace-condition.ts'

const grammar = readFileSync(join(import.meta.dirname, 'grammar.ebnf'), 'utf8')
const rules = grammar.replace(/\(\*[\s\S]*?\*\)/g, '')

/** First cells of tables headed `example ...`, a bar in them escaped as tables need it. */
function examples(): string[] {
  return grammar
    .split(/\n(?=\| example)/)
    .slice(1)
    .flatMap((table) =>
      [...(table.split('\n\n')[0] ?? '').matchAll(/^\| `(.*?)` \|/gm)].map(([, example = '']) =>
        example.replaceAll('\\|', '|'),
      ),
    )
}

describe('the grammar', () => {
  test.each(examples())('has the example %s, which is read', (example) => {
    const question = parseQuestion(example)
    if ('refused' in question) throw new Error(question.refused)
    const planned = [
      planSearch('logs', question.search),
      planSearch('spans', question.search),
      planTraces(question.search),
    ]
    expect(planned.some((each) => !('refused' in each))).toBe(true)
    expect(planStages(question.stages)).not.toHaveProperty('refused')
  })

  test('defines every rule it names, and names every rule it defines', () => {
    const defined = [...rules.matchAll(/^([a-z-]+) *=/gm)].map(([, name]) => name)
    const bodies = rules.replace(/^[a-z-]+ *=/gm, ' ').replace(/"[^"]*"|'[^']*'/g, ' ')
    const named = new Set(bodies.match(/[a-z]+(?:-[a-z]+)*/g))
    const known = ['letter', 'digit', 'space', 'character']
    expect([...named].filter((name) => !defined.includes(name) && !known.includes(name))).toEqual([])
    expect(defined.filter((name) => name !== 'question' && !named.has(name ?? ''))).toEqual([])
    expect(examples().length).toBeGreaterThan(30)
  })
})
