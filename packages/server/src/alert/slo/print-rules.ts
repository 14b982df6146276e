import { stringify } from 'yaml'
import { readRuleFile } from '../read-rule-file.ts'
import type { RuleGroup } from '../rule-file.ts'
import type { Slo } from './slo.ts'
import { type RulesOptions, sloRules, sortedLabels, type WrittenGroup, type WrittenRule } from './slo-rules.ts'

/** The rules of SLOs as a rule file of Prometheus. */
export function printRuleFile(groups: readonly WrittenGroup[]): string {
  const written = groups.map((group) => ({ ...group, rules: group.rules.map(sorted) }))
  return stringify({ groups: written }, { lineWidth: 0 })
}

const sorted = (rule: WrittenRule): WrittenRule => ({
  ...rule,
  labels: sortedLabels(rule.labels),
  ...(rule.annotations !== undefined && { annotations: sortedLabels(rule.annotations) }),
})

/** What the server itself says of the rules it makes. */
export const ownRules = (version: string): RulesOptions => ({
  extraLabels: {},
  version,
  mode: 'wakeline',
  guardsTotal: true,
})

/** The groups that run: read from what is printed, so that they are what anybody else would run. */
export function sloGroups(
  slo: Slo,
  options: RulesOptions,
): { readonly groups: readonly RuleGroup[] } | { readonly errors: readonly string[] } {
  const place = `${slo.file}:${slo.line}`
  const read = readRuleFile(place, printRuleFile(sloRules(slo, options)))
  if ('errors' in read)
    return { errors: read.errors.map((error) => `Cannot make the rules of the SLO "${slo.id}" of ${place}: ${error}`) }
  const groups = read.groups.map((group) => ({
    ...group,
    file: slo.file,
    // To wait for each of them would take a second; budgets of days do not mind a minute.
    mayReadLate: true as const,
    rules: group.rules.map((rule) => ({ ...rule, line: slo.line })),
  }))
  return { groups }
}
