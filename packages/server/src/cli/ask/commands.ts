import { backtestCommand } from './backtest.ts'
import { logsCommand } from './logs.ts'
import { errorsCommand, patternsCommand } from './patterns.ts'
import { problemsCommand } from './problems.ts'
import { queryCommand } from './query.ts'
import type { AskCommand } from './run-asked.ts'
import { traceCommand, tracesCommand } from './trace.ts'
import { whyCommand } from './why.ts'

/** The commands that ask a running server, by name. */
export const askCommands: Readonly<Record<string, AskCommand>> = {
  query: queryCommand,
  logs: logsCommand,
  patterns: patternsCommand,
  errors: errorsCommand,
  traces: tracesCommand,
  trace: traceCommand,
  problems: problemsCommand,
  why: whyCommand,
  backtest: backtestCommand,
}
