import { madeFile, type RuleDraft, type RuleProblem } from '@wakeline/protocol'
import { stringify } from 'yaml'
import { readRuleFile } from './read-rule-file.ts'
import type { RuleGroup } from './rule-file.ts'

/** The words of a draft in the order in which people read a rule. */
const words = [
  'alert',
  'expr',
  'search',
  'signal',
  'window',
  'step',
  'match',
  'thresholds',
  'no_data',
  'for',
  'keep_firing_for',
  'labels',
  'annotations',
  'disabled',
] as const satisfies readonly (keyof RuleDraft)[]

/** A group of its own for the rule: those made here do not wait for one another. */
function groupOf(draft: RuleDraft, name: string): object {
  const rule = Object.fromEntries(words.flatMap((word) => (isSaid(draft[word]) ? [[word, draft[word]]] : [])))
  return { name, ...(isSaid(draft.interval) && { interval: draft.interval }), rules: [rule] }
}

function isSaid(value: unknown): boolean {
  if (value === undefined || value === '' || value === false) return false
  return typeof value !== 'object' || value === null || Object.keys(value).length > 0
}

/** A rule file of these, as anybody can keep it. */
export const printDrafts = (drafts: readonly RuleDraft[]): string =>
  stringify({ groups: drafts.map((draft) => groupOf(draft, draft.alert)) }, { lineWidth: 0 })

/** A draft as a group that can be evaluated, or what is wrong with it and where. A disabled one is a group without rules. */
export function readDraft(draft: RuleDraft): { group: RuleGroup } | { problems: readonly RuleProblem[] } {
  if (draft.alert === '') return { problems: [{ at: 'alert', message: 'Give the rule a name.' }] }
  const read = readRuleFile(madeFile, JSON.stringify({ groups: [groupOf(draft, draft.alert)] }))
  if ('errors' in read) return { problems: read.problems.map(problemOf) }
  const [group] = read.groups
  if (group === undefined) throw new Error('a draft was read as a file without a group')
  return { group }
}

/** `groups.0.rules.0.` and `groups.0.` lead to the words of the draft. */
function problemOf({
  path,
  what,
  position,
}: {
  path: readonly (string | number)[]
  what: string
  position?: number
}): RuleProblem {
  const at = path.slice(path[2] === 'rules' ? 4 : 2).join('.')
  const message = `${what.slice(0, 1).toUpperCase()}${what.slice(1)}.`
  return { at, message, ...(position !== undefined && { position }) }
}
