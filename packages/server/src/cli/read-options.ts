import { readFileSync } from 'node:fs'
import { isScalar, LineCounter, parseDocument, YAMLMap } from 'yaml'
import { isLoopbackName } from '../base/access.ts'
import { flagName, type OptionName, type Options, optionNames, optionTable, variableName } from '../options.ts'
import { editDistance, nearest } from './nearest.ts'
import { parseValue } from './parse-value.ts'

/**
 * Puts the options together: flags win over WAKELINE_ variables, those over the file of `--config`, and that over the
 * defaults. All that is wrong is said at once, each with the place where it was written.
 */

export type OptionSources = {
  /** Arguments after the command's name. */
  argv: readonly string[]
  env: Readonly<Record<string, string | undefined>>
}

export type ReadOptions = {
  options: Options
  /** The file of `--config`, '' when there is none. */
  configPath: string
  /** Likely mistakes that are not errors, such as an unknown variable that looks like one of ours. */
  warnings: string[]
}

export type OptionErrors = { errors: string[] }

/** A value and where it was written, for the sentence about it. */
type Written = { name: OptionName; raw: unknown; where: string }

export function readOptions(sources: OptionSources): ReadOptions | OptionErrors {
  const errors: string[] = []
  const warnings: string[] = []
  const flags = readFlags(sources.argv, errors)
  const configPath = flags.configPath || sources.env['WAKELINE_CONFIG'] || ''
  const written = [
    ...(configPath ? readConfig(configPath, errors) : []),
    ...readVariables(sources.env, warnings),
    ...flags.written,
  ]
  const values = new Map<OptionName, string | number>()
  for (const { name, raw, where } of written) {
    const parsed = parseValue(optionTable[name], raw)
    if ('value' in parsed) values.set(name, parsed.value)
    else errors.push(`Cannot read ${where}: ${printRaw(name, raw)} is not ${parsed.expected}.`)
  }
  readTokenFile(values, errors)
  // One entry per name of the table, each of its own type: Object.fromEntries cannot know that.
  const options = Object.fromEntries(
    optionNames.map((name) => [name, values.get(name) ?? optionTable[name].initial]),
  ) as Options
  if (errors.length === 0) errors.push(...whyUnsafe(options))
  return errors.length > 0 ? { errors } : { options, configPath, warnings }
}

/** `--name value` and `--name=value`. */
function readFlags(argv: readonly string[], errors: string[]): { written: Written[]; configPath: string } {
  const written: Written[] = []
  let configPath = ''
  for (let index = 0; index < argv.length; index++) {
    const argument = argv[index] ?? ''
    const [, flag, inline] = /^--([a-z0-9-]+)(?:=([\s\S]*))?$/.exec(argument) ?? []
    if (flag === undefined) {
      errors.push(`Cannot read the argument "${argument}": flags are written --name value; see "wakeline help serve".`)
      continue
    }
    const name = optionNames.find((option) => flagName(option) === flag)
    if (name === undefined && flag !== 'config') {
      errors.push(`Cannot read --${flag}: there is no such flag${didYouMean(flag, '--')}`)
      if (inline === undefined && !argv[index + 1]?.startsWith('--')) index++
      continue
    }
    const raw = inline ?? argv[++index]
    if (raw === undefined) errors.push(`Cannot read --${flag}: no value follows it.`)
    else if (name === undefined) configPath = raw
    else written.push({ name, raw, where: `--${flag}` })
  }
  return { written, configPath }
}

/** An empty variable counts as not set, as in most shells' scripts. */
function readVariables(env: OptionSources['env'], warnings: string[]): Written[] {
  const names = new Map(optionNames.map((name) => [variableName(name), name]))
  const written: Written[] = []
  for (const [variable, raw] of Object.entries(env)) {
    if (!variable.startsWith('WAKELINE_') || !raw) continue
    const name = names.get(variable)
    if (name !== undefined) written.push({ name, raw, where: variable })
    else {
      // The SDK has WAKELINE_ variables of its own, so only what is nearly one of ours is worth a word.
      const near = nearest(variable, [...names.keys()])
      if (near !== undefined && editDistance(variable, near) <= 2)
        warnings.push(`${variable} is not a variable of the server: did you mean ${near}?`)
    }
  }
  return written
}

function readConfig(path: string, errors: string[]): Written[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    errors.push(`Cannot read the configuration ${path}: ${error instanceof Error ? error.message : error}.`)
    return []
  }
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  // Further ones mostly follow from the first.
  const [error] = document.errors
  if (error) errors.push(`Cannot read ${path}:${lines.linePos(error.pos[0]).line}: ${error.message}.`)
  if (error || document.contents === null) return []
  if (!(document.contents instanceof YAMLMap)) {
    errors.push(`Cannot read ${path}:1: a configuration is a list of "name: value" lines.`)
    return []
  }
  const written: Written[] = []
  for (const { key, value } of document.contents.items) {
    const keyText = isScalar(key) ? String(key.value) : String(key)
    if (scrapeKeys.has(keyText)) {
      if (keyText === 'scrape_configs')
        written.unshift({ name: 'scrapeConfig', raw: path, where: `scrape_configs in ${path}` })
      continue
    }
    const where = `${path}:${lines.linePos(isScalar(key) ? (key.range?.[0] ?? 0) : 0).line}`
    const name = optionNames.find((option) => flagName(option) === keyText)
    if (name === undefined)
      errors.push(`Cannot read ${where}: there is no option "${keyText}"${didYouMean(keyText, '')}`)
    else written.push({ name, raw: isScalar(value) ? value.value : value, where: `${keyText} in ${where}` })
  }
  return written
}

/** Of Prometheus' configuration, read by who scrapes. */
const scrapeKeys: ReadonlySet<string> = new Set(['scrape_configs', 'global'])

function didYouMean(typed: string, prefix: string): string {
  const near = nearest(typed, optionNames.map(flagName))
  return near === undefined ? '; "wakeline help serve" lists them all.' : `; did you mean ${prefix}${near}?`
}

function printRaw(name: OptionName, raw: unknown): string {
  if (optionTable[name].kind === 'secret') return 'what is given'
  return typeof raw === 'string'
    ? `"${raw}"`
    : raw === null
      ? 'nothing'
      : typeof raw === 'object'
        ? 'a list'
        : String(raw)
}

function readTokenFile(values: Map<OptionName, string | number>, errors: string[]): void {
  const path = values.get('tokenFile')
  if (!path) return
  try {
    const token = (readFileSync(String(path), 'utf8').split('\n')[0] ?? '').trim()
    if (token === '') errors.push(`Cannot use the token file ${path}: its first line is empty.`)
    else values.set('token', token)
  } catch (error) {
    errors.push(`Cannot read the token file ${path}: ${error instanceof Error ? error.message : error}.`)
  }
}

function whyUnsafe(options: Options): string[] {
  if (isLoopbackName(options.host) || options.token !== '') return []
  return [
    `Cannot listen on ${options.host} without a token: anyone who reaches this machine could read and write your telemetry; set ${variableName('token')} (or --token-file), or leave --host at 127.0.0.1.`,
  ]
}
