import { flagName, type OptionName, optionNames, optionSections, optionTable, variableName } from '../options.ts'
import { type AskFlags, askFlags, serverFlags } from './ask/client-flags.ts'
import { askCommands } from './ask/commands.ts'
import type { AskCommand } from './ask/run-asked.ts'
import { printValue } from './parse-value.ts'

/** The texts of `--help`, and the reference page of the options, from the one table. */

const commandSentences: Record<string, string> = {
  serve: 'Receives, stores, answers and shows telemetry until it is stopped. The default command.',
  doctor: 'Checks engine, platform, ports and disk, and sends a span in and out again.',
  backup: 'wakeline backup DIR [--since EARLIER] writes the store to a folder, while the server runs or not.',
  restore: 'wakeline restore DIR makes the store in --directory from a backup; nothing is overwritten.',
  ...Object.fromEntries(Object.entries(askCommands).map(([name, { sentence }]) => [name, sentence])),
  mcp: 'Answers an agent that speaks the Model Context Protocol over stdin and stdout; over HTTP a server does at /mcp.',
  check:
<<<<<<< HEAD
    "wakeline check metrics [FILE] [--format text|openmetrics] holds what a service exposes to every rule, reads stdin without a file; wakeline check rules FILE... finds the mistakes of rule files, wakeline check slos FILE... those of SLOs, wakeline check notify FILE... those of an Alertmanager's file.",
=======
    'wakeline check metrics [FILE] [--format text|openmetrics] holds what a service exposes to every rule, reads stdin without a file; wakeline check rules FILE... finds the mistakes of rule files, wakeline check slos FILE... of those of SLOs, wakeline check dashboards FILE... of dashboards, and what of Grafana’s cannot be taken.',
>>>>>>> a590b5e (Check dashboards before they run, say what Grafana's have that is not here where it would stand, and tell how it is used)
  slo: 'wakeline slo rules FILE... prints the rules of SLOs as a rule file of Prometheus, which runs elsewhere as it does here.',
  test: 'wakeline test rules FILE... runs files of tests of rules, in the format of promtool.',
  help: 'Explains a command: wakeline help serve.',
}

const configSentence = 'A wakeline.yaml with any of these options, one "name: value" a line.'

export function generalHelp(): string {
  return [
    'wakeline [command] [flags]',
    '',
    ...Object.entries(commandSentences).map(([name, sentence]) => `  ${name.padEnd(8)} ${sentence}`),
    '',
    '  --version, --help',
    '',
    'Every flag, with its variable and default: wakeline help serve',
  ].join('\n')
}

export function commandHelp(command: string): string | undefined {
  const sentence = commandSentences[command]
  if (sentence === undefined) return undefined
  if (command === 'help') return `wakeline help <command>\n\n${sentence}`
  const asking = askCommands[command]
  if (asking !== undefined) return askHelp(command, asking)
  if (command === 'check')
    return [
      'wakeline check metrics [FILE] [flags]',
      'wakeline check rules FILE...',
      'wakeline check slos FILE... [flags]',
<<<<<<< HEAD
      'wakeline check notify FILE...',
=======
      'wakeline check dashboards FILE...',
>>>>>>> a590b5e (Check dashboards before they run, say what Grafana's have that is not here where it would stand, and tell how it is used)
      '',
      sentence,
      '',
      ...sloFlagLines,
    ].join('\n')
  if (command === 'slo') return ['wakeline slo rules FILE... [flags]', '', sentence, '', ...sloFlagLines].join('\n')
  if (command === 'test') return ['wakeline test rules FILE...', '', sentence].join('\n')
  if (command === 'mcp') return ['wakeline mcp [flags]', '', sentence, '', ...flagLines(serverFlags)].join('\n')
  const words = command === 'backup' || command === 'restore' ? ' DIR' : ''
  return [
    `wakeline ${command}${words} [flags]`,
    '',
    sentence,
    'Flags win over variables, variables over the file of --config, and that over the defaults.',
    '',
    '  --config FILE',
    `      ${configSentence} Variable WAKELINE_CONFIG.`,
    ...optionSections.flatMap((section) => ['', `${section}:`, ...namesOf(section).flatMap(describe)]),
  ].join('\n')
}

const sloFlagLines = [
  '  --period TIME      Period of objectives whose file gives none, 30d by default.',
  '  --windows FOLDER   Tables of the windows of their alerts, in the format of sloth.',
]

function askHelp(name: string, { words, sentence, flags, examples }: AskCommand): string {
  const lines = flagLines({ ...flags, ...askFlags })
  const shown = examples.map((example) => `  ${example}`)
  return [`wakeline ${name} ${words} [flags]`, '', sentence, '', ...shown, '', ...lines].join('\n')
}

function flagLines(flags: AskFlags): string[] {
  return Object.entries(flags).map(
    ([flag, { value, sentence }]) => `  ${`--${flag} ${value}`.trimEnd().padEnd(18)} ${sentence}`,
  )
}

function namesOf(section: string): OptionName[] {
  return optionNames.filter((name) => optionTable[name].section === section)
}

function describe(name: OptionName): string[] {
  const { kind, initial, sentence, reload } = optionTable[name]
  const fallback = initial === '' ? 'not set' : printValue(kind, initial)
  return [
    `  --${flagName(name)} ${kind.toUpperCase()}`,
    `      ${sentence}`,
    `      Default ${fallback}; variable ${variableName(name)}${reload ? '; reloaded on SIGHUP' : ''}.`,
  ]
}

/** docs/reference/options.md. */
export function optionsPage(): string {
  const lines = [
    '# Options of the server',
    '',
    '<!-- Generated by `npm run docs` from packages/server/src/options.ts; do not edit. -->',
    '',
    'Each is a flag of `wakeline serve`, a variable, and a key of the file given with `--config` (or `WAKELINE_CONFIG`).',
    'Flags win over variables, variables over the file, the file over the defaults.',
    'Sizes are written `64MiB`, `2GB` or as a number of bytes; times `15m`, `1h`, `500ms` or as a number of milliseconds.',
    '"Reload" means that a change of the file is taken over on SIGHUP; every other option needs a restart.',
  ]
  for (const section of optionSections) {
    lines.push('', `## ${section}`, '', '| key | variable | default | reload | |', '|---|---|---|---|---|')
    for (const name of namesOf(section)) {
      const { kind, initial, sentence, reload } = optionTable[name]
      const fallback = initial === '' ? '' : `\`${printValue(kind, initial)}\``
      lines.push(
        `| \`${flagName(name)}\` | \`${variableName(name)}\` | ${fallback} | ${reload ? 'yes' : ''} | ${sentence} |`,
      )
    }
  }
  return `${lines.join('\n')}\n`
}
