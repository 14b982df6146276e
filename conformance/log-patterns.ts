import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LogPatterns, patternOf, printPattern } from '../packages/analysis/src/index.ts'
import { type Case, caseOf, problemOfError, type Told } from './suite.ts'

/**
 * Lines of loghub's systems (`NAME/NAME_2k.log_structured.csv`: columns Content and EventId) put into patterns, all with the same
 * settings. A case is a line: it has passed when its group has exactly the lines of its label. `accuracy` is their share, as the papers have it.
 */
export async function runLogPatterns(directory: string): Promise<Told> {
  const cases: Case[] = []
  const accuracy: Record<string, number> = {}
  for (const file of await structuredFiles(directory)) {
    const system = file.split('/').at(-1)?.split('_')[0] ?? file
    try {
      const lines = readLines(await readFile(join(directory, file), 'utf8'))
      const ofSystem = groupLines(system, lines)
      cases.push(...ofSystem)
      accuracy[system] = round(ofSystem.filter(({ outcome }) => outcome === 'passed').length / ofSystem.length)
    } catch (error) {
      cases.push(caseOf(system, problemOfError(error)))
      accuracy[system] = 0
    }
  }
  const all = Object.values(accuracy)
  const mean = round(all.reduce((sum, each) => sum + each, 0) / Math.max(1, all.length))
  return { cases, figures: { accuracy: { ...accuracy, mean } } }
}

const round = (share: number): number => Math.round(share * 10_000) / 10_000

async function structuredFiles(directory: string): Promise<string[]> {
  const files = await readdir(directory, { recursive: true })
  return files
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('_structured.csv'))
    .sort()
}

type Line = { content: string; event: string }

function groupLines(system: string, lines: readonly Line[]): Case[] {
  const patterns = new LogPatterns()
  const met = lines.map(({ content }) => patterns.add(content))
  const found = met.map(patternOf)
  const inGroup = countsOf(found)
  const inLabel = countsOf(lines.map(({ event }) => event))
  const inBoth = countsOf(found.map((pattern, at) => `${pattern.id} ${lines[at]?.event}`))
  return lines.map(({ event }, at) => {
    const pattern = found[at]
    const [group, label] = [inGroup.get(pattern) ?? 0, inLabel.get(event) ?? 0]
    const isAlike = group === label && inBoth.get(`${pattern?.id} ${event}`) === label
    const told = pattern === undefined ? '' : printPattern(pattern)
    return caseOf(`${system}:${at + 1}`, isAlike ? '' : `${event} has ${label} lines, "${told}" ${group}`)
  })
}

function countsOf<Key>(keys: readonly Key[]): Map<Key | undefined, number> {
  const counts = new Map<Key | undefined, number>()
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
  return counts
}

function readLines(text: string): Line[] {
  const [header, ...rows] = readCsv(text)
  const [content, event] = ['Content', 'EventId'].map((name) => header?.indexOf(name) ?? -1)
  if (content === undefined || event === undefined || content < 0 || event < 0) {
    throw new Error('its first line does not name the columns Content and EventId')
  }
  return rows
    .filter((row) => row.length > Math.max(content, event))
    .map((row) => ({ content: row[content] ?? '', event: row[event] ?? '' }))
}

/** A cell may be in quotes, with quotes doubled, commas and line breaks in it. */
function readCsv(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  for (const [whole, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r?\n|$)/g)) {
    if (whole === '' && row.length === 0) break
    row.push(quoted?.replaceAll('""', '"') ?? plain ?? '')
    if (end === ',') continue
    rows.push(row)
    row = []
  }
  return rows
}
