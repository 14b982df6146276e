import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readRuleFile } from '../packages/server/src/alert/read-rule-file.ts'
import type { RuleGroup } from '../packages/server/src/alert/rule-file.ts'
import { readUnitFile } from '../packages/server/src/alert/unit/read-unit-file.ts'
import { runUnitFile } from '../packages/server/src/alert/unit/run-unit-file.ts'
import { type Case, type Problem, tryCase } from './suite.ts'

/**
 * Rule files of Prometheus and of people, and its unit tests of rules. What their names call bad or failing has to be refused
 * or to fail; all others have to be read, or to hold.
 */
export async function runAlertRules(directory: string): Promise<Case[]> {
  const cases: Case[] = []
  for (const folder of ['rulefmt', 'corpus', 'promtool'])
    for (const file of (await readdir(join(directory, folder))).sort()) {
      const path = join(folder, file)
      const text = await readFile(join(directory, path), 'utf8')
      const isTest = /^tests:/m.test(text)
      const mustFail = /(?:\bbad|[-.]bad|failing)\b/.test(file)
      const findProblem = async (): Promise<Problem> => {
        const problem = isTest ? await problemOfTests(directory, path, text) : problemOfRules(path, text)
        if (mustFail) return problem === '' ? 'is taken, and is wrong' : ''
        return problem
      }
      cases.push(await tryCase(path, findProblem))
    }
  return cases
}

function problemOfRules(path: string, text: string): string {
  const read = readRuleFile(path, text)
  return 'errors' in read ? read.errors.join(' ') : ''
}

async function problemOfTests(directory: string, path: string, text: string): Promise<string> {
  const file = readUnitFile(path, text)
  if ('errors' in file) return file.errors.join(' ')
  const groups: RuleGroup[] = []
  for (const name of file.ruleFiles) {
    const rules = readRuleFile(name, await readFile(join(directory, 'promtool', name), 'utf8'))
    if ('errors' in rules) return rules.errors.join(' ')
    groups.push(...rules.groups)
  }
  return (await runUnitFile(file, groups)).join('\n')
}
