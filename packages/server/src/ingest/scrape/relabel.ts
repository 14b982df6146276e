import { createHash } from 'node:crypto'
import { compileAnchored } from '../../base/re2.ts'

/**
 * Relabelling as Prometheus does it, rule after rule over one set of labels. A label that is not there reads as '';
 * a label set to '' is gone. https://prometheus.io/docs/prometheus/latest/configuration/configuration/#relabel_config
 */
export const relabelActions = [
  'replace',
  'keep',
  'drop',
  'keepequal',
  'dropequal',
  'hashmod',
  'labelmap',
  'labeldrop',
  'labelkeep',
  'lowercase',
  'uppercase',
] as const
export type RelabelAction = (typeof relabelActions)[number]

export type RelabelRule = {
  action: RelabelAction
  sourceLabels: readonly string[]
  separator: string
  /** Anchored at both ends. */
  regex: RegExp
  modulus: bigint
  targetLabel: string
  replacement: string
}

export type Labels = Map<string, string>

/** Answers why it is none where it is none. */
export function compileRelabelRegex(pattern: string): RegExp | string {
  const compiled = compileAnchored(pattern)
  return compiled instanceof RegExp ? compiled : compiled.reason
}

/** Changes the labels; false when a rule says that what bears them is to be dropped. */
export function relabel(labels: Labels, rules: readonly RelabelRule[]): boolean {
  return rules.every((rule) => apply(labels, rule))
}

function apply(labels: Labels, rule: RelabelRule): boolean {
  const value = rule.sourceLabels.map((name) => labels.get(name) ?? '').join(rule.separator)
  switch (rule.action) {
    case 'keep':
      return rule.regex.test(value)
    case 'drop':
      return !rule.regex.test(value)
    case 'keepequal':
      return (labels.get(rule.targetLabel) ?? '') === value
    case 'dropequal':
      return (labels.get(rule.targetLabel) ?? '') !== value
    case 'replace':
      replace(labels, rule, value)
      break
    case 'lowercase':
      setLabel(labels, rule.targetLabel, value.toLowerCase())
      break
    case 'uppercase':
      setLabel(labels, rule.targetLabel, value.toUpperCase())
      break
    case 'hashmod':
      setLabel(labels, rule.targetLabel, String(hashOf(value) % rule.modulus))
      break
    default:
      relabelNames(labels, rule)
  }
  return true
}

/** What `labelmap` adds is not mapped again. */
function relabelNames(labels: Labels, { action, regex, replacement }: RelabelRule): void {
  for (const [name, value] of [...labels]) {
    const found = regex.exec(name)
    if (action === 'labelmap' && found !== null) setLabel(labels, expand(replacement, found), value)
    else if (action === 'labeldrop' && found !== null) labels.delete(name)
    else if (action === 'labelkeep' && found === null) labels.delete(name)
  }
}

function replace(labels: Labels, { regex, targetLabel, replacement }: RelabelRule, value: string): void {
  const found = regex.exec(value)
  if (found === null) return
  const name = expand(targetLabel, found)
  if (name !== '') setLabel(labels, name, expand(replacement, found))
}

function setLabel(labels: Labels, name: string, value: string): void {
  if (value === '') labels.delete(name)
  else labels.set(name, value)
}

/**
 * Go's templates: `$1`, `$name` and `${name}`, a name being the longest run of letters, digits and `_`; `$$` is a
 * dollar, and a group that is not there is nothing. A dollar that begins none of these ends up as nothing, too.
 */
function expand(template: string, found: RegExpExecArray): string {
  if (!template.includes('$')) return template
  return template.replace(/\$(?:\$|(\w+)|\{(\w+)\})/g, (whole, bare?: string, braced?: string) => {
    if (whole === '$$') return '$'
    const name = bare ?? braced ?? ''
    return (/^\d+$/.test(name) ? found[Number(name)] : found.groups?.[name]) ?? ''
  })
}

/** The last eight bytes of the MD5, as Prometheus takes them. */
function hashOf(value: string): bigint {
  return createHash('md5').update(value).digest().readBigUInt64BE(8)
}
