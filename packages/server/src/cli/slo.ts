import { parseArgs } from 'node:util'
import { printSloRules, type SloFilesOptions } from '../main/slo-files.ts'
import { optionTable } from '../options.ts'
import { parseValue } from './parse-value.ts'

/**
 * `wakeline slo rules FILE...`: the rules that run of SLOs, as a rule file of Prometheus. Exits with 1, and nothing printed, when a
 * file has mistakes.
 */
export async function runSlo(argv: readonly string[], version: string): Promise<number> {
  const [what, ...rest] = argv
  const given = what === 'rules' ? readSloArguments(rest, version) : 'Cannot do that: say wakeline slo rules FILE...'
  if (typeof given === 'string' || given.patterns.length === 0) {
    console.error(
      typeof given === 'string' ? given : 'Cannot print rules: name files, as in wakeline slo rules slos.yml',
    )
    return 2
  }
  const { text, errors } = await printSloRules(given)
  for (const error of errors) console.error(error)
  if (errors.length > 0) return 1
  process.stdout.write(text)
  return 0
}

/** Files, and the two options of the server that say what is made of them. */
export function readSloArguments(argv: readonly string[], version: string): SloFilesOptions | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { period: { type: 'string', default: '30d' }, windows: { type: 'string', default: '' } },
    })
    const period = parseValue(optionTable.sloPeriodMs, values.period)
    if ('expected' in period) return `Cannot read --period ${values.period}: it is ${period.expected}`
    return { patterns: positionals, windowsFolder: values.windows, periodMs: Number(period.value), version }
  } catch (error) {
    return `Cannot read the arguments: ${error instanceof Error ? error.message : error}`
  }
}
