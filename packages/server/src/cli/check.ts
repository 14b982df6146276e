import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { checkMetrics } from '../main/check-metrics.ts'
import { readDashboardFiles } from '../main/dashboards.ts'
import { readNotifyFile } from '../main/notify-config-file.ts'
import { readRuleFiles, ruleKey } from '../main/rule-files.ts'
import { readSloFiles } from '../main/slo-files.ts'
import { readSloArguments } from './slo.ts'

/**
 * `wakeline check rules FILE...`: are the rule files right? Exits with 0, or with 1 and every mistake with its place.
 */
async function checkRules(patterns: readonly string[]): Promise<number> {
  if (patterns.length === 0) {
    console.error('Cannot check rules: name files, as in wakeline check rules alerts.yml')
    return 2
  }
  const { files, errors } = await readRuleFiles(patterns)
  for (const { path, groups } of files) {
    const rules = groups.flatMap((group) => group.rules)
    console.log(`ok: ${path}: ${rules.length} rules in ${groups.length} groups`)
    const seen = new Set<string>()
    for (const rule of rules) {
      const key = ruleKey(rule)
      if (seen.has(key)) console.error(`${path}:${rule.line}: "${rule.name}" is there twice with the same labels`)
      seen.add(key)
    }
  }
  for (const error of errors) console.error(error)
  return errors.length > 0 ? 1 : 0
}

/**
 * `wakeline check slos FILE...`: are files of SLOs right? Exits with 0, or with 1 and every mistake with its place.
 */
async function checkSlos(argv: readonly string[], version: string): Promise<number> {
  const given = readSloArguments(argv, version)
  if (typeof given === 'string' || given.patterns.length === 0) {
    console.error(
      typeof given === 'string' ? given : 'Cannot check SLOs: name files, as in wakeline check slos slos.yml',
    )
    return 2
  }
  const { files, errors } = await readSloFiles(given)
  for (const { path, slos, groups } of files)
    console.log(`ok: ${path}: ${slos.length} SLOs, ${groups.reduce((sum, { rules }) => sum + rules.length, 0)} rules`)
  for (const error of errors) console.error(error)
  return errors.length > 0 ? 1 : 0
}

/**
 * `wakeline check notify FILE...`: are an Alertmanager's files right? Exits with 0, or with 1 and every mistake with its place.
 * What this server would leave aside is told, and is no mistake.
 */
async function checkNotify(paths: readonly string[]): Promise<number> {
  if (paths.length === 0) {
    console.error('Cannot check who is told: name files, as in wakeline check notify alertmanager.yml')
    return 2
  }
  let exitCode = 0
  for (const path of paths) {
    const read = await readNotifyFile(path)
    if ('errors' in read) {
      for (const error of read.errors) console.error(error)
      exitCode = 1
      continue
    }
    for (const sentence of read.leftOut) console.error(sentence)
    const { receivers } = read.config
    const integrations = receivers.reduce((sum, each) => sum + each.integrations.length, 0)
    console.log(`ok: ${path}: ${receivers.length} receivers that tell in ${integrations} ways`)
  }
  return exitCode
}

/**
 * `wakeline check dashboards FILE...`: can they be read, and their questions? Of Grafana's it tells what cannot be taken. Exits
 * with 0, or with 1 and every mistake; with 3 when something of Grafana's is not taken.
 */
async function checkDashboards(patterns: readonly string[]): Promise<number> {
  if (patterns.length === 0) {
    console.error('Cannot check dashboards: name files, as in wakeline check dashboards shop.json')
    return 2
  }
  const { dashboards, errors } = await readDashboardFiles(patterns)
  for (const { file, dashboard, notTaken, problems } of dashboards) {
    for (const { at, message } of notTaken) console.error(`${file}: ${at}: ${message}`)
    for (const { at, message } of problems) errors.push(`${file}: ${at}: ${message}`)
    if (problems.length === 0) console.log(`ok: ${file}: "${dashboard.title}", ${dashboard.panels.length} panels`)
  }
  for (const error of errors) console.error(error)
  if (errors.length > 0) return 1
  return dashboards.some(({ notTaken }) => notTaken.length > 0) ? 3 : 0
}

/**
 * `wakeline check metrics [FILE] [--format text|openmetrics]`: is what a service exposes well-formed? Reads stdin
 * without a file. Exits with 0, with 1 when it cannot be read, and with 3 when it could be better, as promtool does.
 */
async function checkExposed(argv: readonly string[]): Promise<number> {
  const given = readArguments(argv)
  if (typeof given === 'string') {
    console.error(given)
    return 2
  }
  const { path, format } = given
  const where = path === '-' ? 'stdin' : path
  const bytes = await (path === '-' ? readStdin() : readFile(path)).catch((error: unknown) => {
    console.error(`Cannot read ${where}: ${error instanceof Error ? error.message : error}`)
    return undefined
  })
  if (bytes === undefined) return 1
  const checked = checkMetrics(bytes, format)
  if ('refused' in checked) {
    console.error(`${where}: ${checked.refused}`)
    return 1
  }
  for (const { metric, text: problem } of checked.problems) console.error(`${metric} ${problem}`)
  if (checked.problems.length > 0) return 3
  console.log(`ok: ${checked.samples} samples of ${checked.families} families`)
  return 0
}

type Given = { path: string; format: 'text' | 'openmetrics' | undefined }

function readArguments(argv: readonly string[]): Given | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { format: { type: 'string' } },
    })
    const { format } = values
    if (format !== undefined && format !== 'text' && format !== 'openmetrics')
      return `Cannot read --format ${format}: it is text or openmetrics`
    if (positionals.length > 1) return `Cannot check ${positionals.join(' and ')} at once: name one file`
    return { path: positionals[0] ?? '-', format }
  } catch (error) {
    return `Cannot read the arguments: ${error instanceof Error ? error.message : error}`
  }
}

async function readStdin(): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}

type Check = { readonly words: string; readonly run: (argv: readonly string[], version: string) => Promise<number> }

const checks = new Map<string, Check>([
  ['metrics', { words: '[FILE] [flags]', run: checkExposed }],
  ['rules', { words: 'FILE...', run: checkRules }],
  ['slos', { words: 'FILE... [flags]', run: checkSlos }],
  ['notify', { words: 'FILE...', run: checkNotify }],
  ['dashboards', { words: 'FILE...', run: checkDashboards }],
])

/** What can be checked, a line each. */
export const checkLines = Array.from(checks, ([what, { words }]) => `wakeline check ${what} ${words}`)

/** Runs a check, and gives the code that the program ends with. */
export async function runCheck(argv: readonly string[], version: string): Promise<number> {
  const [what = '', ...rest] = argv
  const check = checks.get(what)
  if (check !== undefined) return check.run(rest, version)
  const given = what === '' ? 'nothing' : `"${what}"`
  console.error([`Cannot check ${given}: say one of`, ...checkLines.map((line) => `  ${line}`)].join('\n'))
  return 2
}
