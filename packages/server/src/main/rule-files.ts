import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { readRuleFile } from '../alert/read-rule-file.ts'
import type { RuleGroup } from '../alert/rule-file.ts'
import { ruleQuery } from '../alert/rule-query.ts'
import { readUnitFile } from '../alert/unit/read-unit-file.ts'
import { runUnitFile } from '../alert/unit/run-unit-file.ts'

export { ruleKey } from '../alert/rule-file.ts'

export type ReadRules = {
  /** Files that are right. */
  files: { path: string; groups: readonly RuleGroup[] }[]
  errors: string[]
  /** Files that are there and have mistakes. */
  refused: string[]
}

/** Reads all files of some patterns, `rules/*.yml`: the stars are in the name of the file, as they are in Prometheus. */
export const readRuleFiles = (patterns: readonly string[]): Promise<ReadRules> =>
  readFiles(patterns, 'rules', readRuleFile)

type ReadText = (path: string, text: string) => { groups: readonly RuleGroup[] } | { errors: readonly string[] }

/** The same of files that groups of rules are made of in another way. */
export async function readFiles(patterns: readonly string[], what: string, readText: ReadText): Promise<ReadRules> {
  const read: ReadRules = { files: [], errors: [], refused: [] }
  const paths = new Set<string>()
  for (const pattern of patterns)
    try {
      for (const path of await pathsOf(pattern)) paths.add(path)
    } catch (error) {
      read.errors.push(`Cannot read the ${what} of ${pattern}: ${error instanceof Error ? error.message : error}`)
    }
  for (const path of paths) {
    const file = await readOne(path, readText)
    if (Array.isArray(file)) {
      read.errors.push(...file)
      read.refused.push(path)
    } else read.files.push(file)
  }
  return read
}

async function readOne(path: string, readText: ReadText): Promise<ReadRules['files'][number] | string[]> {
  try {
    const file = readText(path, await readFile(path, 'utf8'))
    return 'errors' in file ? [...file.errors] : { path, groups: file.groups }
  } catch (error) {
    return [`Cannot read ${path}: ${error instanceof Error ? error.message : error}`]
  }
}

/** A pattern without stars is the file itself, there or not; one with them may fit none. */
export async function pathsOf(pattern: string): Promise<string[]> {
  const [folder, name] = [dirname(pattern), basename(pattern)]
  if (/[*?[]/.test(folder)) throw new Error('stars are taken in the name of the file alone, not in that of a folder')
  if (!/[*?[]/.test(name)) return [pattern]
  const wanted = new RegExp(
    `^${name
      .replace(/[\\^$.+(){}|]/g, '\\$&')
      .replaceAll('*', '[^/]*')
      .replaceAll('?', '[^/]')}$`,
  )
  const found = (await readdir(folder)).filter(
    (each) => wanted.test(each) && (!each.startsWith('.') || name.startsWith('.')),
  )
  return found.sort().map((each) => join(folder, each))
}

/** Changes when a file of the patterns does: names, sizes and times. */
export async function rulesFingerprint(patterns: readonly string[]): Promise<string> {
  const parts: string[] = []
  for (const pattern of patterns)
    for (const path of await pathsOf(pattern).catch(() => [])) {
      const found = await stat(path).catch(() => undefined)
      parts.push(`${path}:${found?.size}:${found?.mtimeMs}:${found?.ino}`)
    }
  return parts.join('\n')
}

/** An alert of a rule file, as it is tried on the past. */
export type RuleToTry = {
  readonly name: string
  readonly expression: string
  readonly holdMs: number
  readonly keepFiringMs: number
  readonly intervalMs: number
}

const usualIntervalMs = 60_000

/** The alerts of a rule file that ask PromQL; searches cannot be tried on the past. */
export function alertsOfFile(
  path: string,
  text: string,
): { rules: readonly RuleToTry[] } | { errors: readonly string[] } {
  const file = readRuleFile(path, text)
  if ('errors' in file) return file
  const rules = file.groups.flatMap(({ intervalMs = usualIntervalMs, rules: all }) =>
    all.flatMap((rule): RuleToTry[] => {
      if (rule.kind !== 'alert' || rule.question.is !== 'promql') return []
      const { name, holdMs, keepFiringMs } = rule
      return [{ name, expression: ruleQuery(rule), holdMs, keepFiringMs, intervalMs }]
    }),
  )
  return { rules }
}

/** What a file of tests finds wrong with the rules it names, which lie where it lies. */
export async function testRuleFile(path: string): Promise<{ problems: readonly string[]; tests: number }> {
  try {
    const file = readUnitFile(path, await readFile(path, 'utf8'))
    if ('errors' in file) return { problems: file.errors, tests: 0 }
    const patterns = file.ruleFiles.map((name) => resolve(dirname(path), name))
    const { files, errors } = await readRuleFiles(patterns)
    if (errors.length > 0) return { problems: errors, tests: 0 }
    const problems = await runUnitFile(
      file,
      files.flatMap(({ groups }) => groups),
    )
    return { problems, tests: file.tests.length }
  } catch (error) {
    return { problems: [error instanceof Error ? error.message : String(error)], tests: 0 }
  }
}
