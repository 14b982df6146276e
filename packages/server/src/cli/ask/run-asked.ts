import { Failure } from '@wakeline/protocol'
import { coloured, type Paint, plain } from '../../text/paint.ts'
import { printNothing } from '../../text/print-nothing.ts'
import { printRefused } from '../../text/print-refused.ts'
import { type Asked, type AskFlags, readAsked } from './client-flags.ts'

/** A command that asks: what it takes beside the common flags, and what it does. */
export type AskCommand = {
  /** As in `wakeline logs [SEARCH]`. */
  words: string
  sentence: string
  flags: AskFlags
  /** Command lines to start from. */
  examples: readonly string[]
  /** Prints its answer; gives the exit code. Throws `Failure` where the server refuses. */
  run: (asked: Asked, out: Out) => Promise<number>
}

export type Out = {
  print: (text: string) => void
  /** For people, beside the answer: never mixed into what a program reads. */
  say: (text: string) => void
  paint: Paint
  width: number
  signal: AbortSignal
}

/** Exit codes: 0 answered, 1 the server could not, 2 the command line was wrong. */
export async function runAsked(command: AskCommand, argv: readonly string[]): Promise<number> {
  const asked = readAsked(argv, command.flags, Date.now())
  if ('error' in asked) {
    console.error(asked.error)
    return 2
  }
  const stopping = new AbortController()
  process.once('SIGINT', () => stopping.abort())
  process.once('SIGTERM', () => stopping.abort())
  // Who reads may leave first, as `head` does.
  process.stdout.on('error', () => stopping.abort())
  const colours = process.stdout.isTTY === true && !process.env['NO_COLOR'] && !asked.json
  const out: Out = {
    print: (text) => process.stdout.write(`${text}\n`),
    say: (text) => process.stderr.write(`${text}\n`),
    paint: colours ? coloured : plain,
    width: process.stdout.columns ?? 120,
    signal: stopping.signal,
  }
  try {
    return await command.run(asked, out)
  } catch (error) {
    if (stopping.signal.aborted) return 0
    if (!(error instanceof Failure)) throw error
    out.say(sentenceOf(error, asked))
    return 1
  }
}

/** Of a search that found nothing. */
export function sayNothing(what: 'record' | 'trace', { words }: Asked, out: Out): void {
  out.say(printNothing(what, words.join(' '), '; --last 24h looks further back'))
}

function sentenceOf(failure: Failure, { url, words }: Asked): string {
  if (failure.code === 'unreachable') {
    return `Cannot reach a Wakeline server at ${url}: start one with "wakeline serve", or name another with --url`
  }
  if (failure.status === 401) return `${failure.message}; give the token with WAKELINE_TOKEN or --token-file`
  return printRefused(failure, words.join(' '))
}
