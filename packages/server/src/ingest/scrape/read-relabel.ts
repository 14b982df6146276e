import type { Mapping, YamlInput } from '../../base/yaml-input.ts'
import { compileRelabelRegex, type RelabelRule, relabelActions } from './relabel.ts'

const needTarget: ReadonlySet<string> = new Set([
  'replace',
  'hashmod',
  'lowercase',
  'uppercase',
  'keepequal',
  'dropequal',
])
const onlyRegex: ReadonlySet<string> = new Set(['labeldrop', 'labelkeep'])

/** Reads the rules of `relabel_configs` or `metric_relabel_configs`, held to what Prometheus holds them to. */
export function readRelabelRules(input: YamlInput, mapping: Mapping, name: string): RelabelRule[] {
  return input
    .list(mapping.take(name), name)
    .map((node) => readRule(input, input.mapping(node, 'a relabelling rule'), name))
}

function readRule(input: YamlInput, given: Mapping, list: string): RelabelRule {
  const pattern = given.text('regex', '(.*)')
  const regex = compileRelabelRegex(pattern)
  if (typeof regex === 'string') input.wrong(given.take('regex'), `the regex "${pattern}" is none: ${regex}`)
  const action = given.choice('action', relabelActions, 'replace')
  const rule: RelabelRule = {
    action,
    sourceLabels: given.texts('source_labels'),
    separator: given.text('separator', ';'),
    regex: typeof regex === 'string' ? /^$/ : regex,
    modulus: given.parsed(
      'modulus',
      0n,
      (text) => (/^\d{1,19}$/.test(text) ? BigInt(text) : undefined),
      'a whole number',
    ),
    targetLabel: given.text('target_label'),
    replacement: given.text('replacement', '$1'),
  }
  given.end(`a rule of ${list}`)
  if (needTarget.has(action) && rule.targetLabel === '')
    input.wrong(given.node, `the action ${action} needs a target_label`)
  if (action === 'hashmod' && rule.modulus === 0n)
    input.wrong(given.node, 'the action hashmod needs a modulus of at least 1')
  if (/^(?:hashmod|lowercase|uppercase|keepequal|dropequal)$/.test(action) && rule.targetLabel.includes('$'))
    input.wrong(given.node, `the action ${action} cannot have "$" in its target_label`)
  const more = given.names().filter((name) => name !== 'action' && name !== 'regex')
  if (onlyRegex.has(action) && more.length > 0)
    input.wrong(given.node, `the action ${action} has only a regex; leave ${more.join(', ')} out`)
  const others = given.names().filter((name) => !/^(?:action|source_labels|target_label)$/.test(name))
  if (/^(?:keepequal|dropequal)$/.test(action) && others.length > 0)
    input.wrong(
      given.node,
      `the action ${action} has only source_labels and a target_label; leave ${others.join(', ')} out`,
    )
  return rule
}
