import packageJson from '../package.json' with { type: 'json' }
import { askCommands } from './cli/ask/commands.ts'
import { runAsked } from './cli/ask/run-asked.ts'
import { runBackup, runRestore } from './cli/backup.ts'
import { runCheck } from './cli/check.ts'
import { runDoctor } from './cli/doctor.ts'
import { commandHelp, generalHelp } from './cli/help.ts'
import { nearest } from './cli/nearest.ts'
import { runServe } from './cli/serve.ts'
import { runSlo } from './cli/slo.ts'
import { runTest } from './cli/test.ts'

/**
 * The command line: `wakeline <command> [flags]`. Without a command it serves, so that `npx @wakeline/server` is all
 * there is to remember.
 */

type Command = (argv: readonly string[], version: string) => Promise<number>

const commands: Record<string, Command> = {
  serve: runServe,
  doctor: runDoctor,
  check: runCheck,
  slo: runSlo,
  test: runTest,
  backup: runBackup,
  restore: runRestore,
  ...Object.fromEntries(
    Object.entries(askCommands).map(([name, command]): [string, Command] => [name, (argv) => runAsked(command, argv)]),
  ),
  mcp: async (argv, version) => (await import('./cli/ask/mcp.ts')).runMcp(argv, version),
  help: async ([topic]) => print(topic ? commandHelp(topic) : generalHelp(), topic),
}

const asksHelp = (word: string): boolean => word === '--help' || word === '-h'

/** Resolves with the exit code once there is nothing more to do. */
export async function runCommand(argv: readonly string[]): Promise<number> {
  const [first = '', ...rest] = argv
  if (first === '--version' || first === '-v') return print(packageJson.version)
  if (asksHelp(first)) return print(generalHelp())
  if (first === '' || first.startsWith('-')) return runServe(argv, packageJson.version)
  const command = commands[first]
  if (!command) {
    const near = nearest(first, Object.keys(commands))
    const advice = near ? `did you mean "wakeline ${near}"?` : 'see "wakeline --help".'
    console.error(`Cannot run "wakeline ${first}": there is no such command; ${advice}`)
    return 2
  }
  if (rest.some(asksHelp)) return print(commandHelp(first), first)
  return command(rest, packageJson.version)
}

function print(text: string | undefined, topic = ''): number {
  if (text === undefined) {
    console.error(`Cannot show help for "${topic}": there is no such command; see "wakeline --help".`)
    return 2
  }
  console.log(text)
  return 0
}
