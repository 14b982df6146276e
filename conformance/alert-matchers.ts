import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseClassicMatchers } from '../packages/server/src/alert/matchers/classic-matchers.ts'
import { parseUtf8Matchers } from '../packages/server/src/alert/matchers/utf8-matchers.ts'
import { problemsOfRouting } from './alert-routing.ts'
import { type Case, caseOf, tryCase } from './suite.ts'

type Given = { from: string; input: string; valid: boolean }

/** Texts that Alertmanager's own two parsers take or refuse, and configurations whose routes `amtool` is asked about. */
export async function runAlertMatchers(directory: string): Promise<Case[]> {
  const given: Given[] = JSON.parse(await readFile(join(directory, 'matchers.json'), 'utf8'))
  const cases: Case[] = []
  for (const [i, each] of given.entries())
    cases.push(await tryCase(`${i} ${each.from} ${each.input}`, () => problemOf(each)))
  return [...cases, ...(await routingCases(join(directory, 'routing')))]
}

function problemOf({ from, input, valid }: Given): string {
  const parse = { matcher: parseUtf8Matchers, pkg: parseClassicMatchers }[from]
  if (parse === undefined) return `there is no parser "${from}"; known are matcher and pkg`
  const read = parse(input)
  const isTaken = !('error' in read)
  // Some of the newer parser's cases ask for exactly one matcher and do not say so; those that have to be refused may be such.
  const isOne = !('error' in read) && read.length === 1
  if (valid) return isTaken ? '' : `is refused: ${'error' in read ? read.error : ''}`
  return isTaken && (from !== 'matcher' || isOne) ? 'is taken, and is wrong' : ''
}

async function routingCases(folder: string): Promise<Case[]> {
  if (!existsSync(folder)) return []
  const cases: Case[] = []
  for (const file of (await readdir(folder)).sort())
    if (/\.ya?ml$/.test(file))
      for (const { name, problem } of await problemsOfRouting(file, await readFile(join(folder, file), 'utf8')))
        cases.push(caseOf(`routing/${name}`, problem))
  return cases
}
