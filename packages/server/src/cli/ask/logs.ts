import { setTimeout as sleep } from 'node:timers/promises'
import { askLogs, askLogTail, Failure, type LogRecord, type LogsAnswer, splitPipes } from '@wakeline/protocol'
import { logJson, printLog } from '../../text/print-log.ts'
import type { Asked } from './client-flags.ts'
import { runFigures } from './figures.ts'
import { type AskCommand, type Out, sayNothing } from './run-asked.ts'

/** `wakeline logs [SEARCH]`: oldest first, as a file would be; with --follow, what comes from now on. */
export const logsCommand: AskCommand = {
  words: '[SEARCH]',
  sentence: 'Prints log records that match a search, the newest last, or the figures that its pipes make of them.',
  flags: {
    follow: { value: '', sentence: 'Goes on with what arrives, until interrupted.' },
    limit: { value: 'N', sentence: 'Newest records printed at most, 0 for all. Default 200, with --follow 10.' },
  },
  examples: [
    "wakeline logs 'service:checkout level>=warn' --last 30m",
    'wakeline logs --follow \'"card declined"\'',
    "wakeline logs 'level:error | count by (service)'",
  ],
  run: async (asked, out) => {
    const following = asked.own['follow'] !== undefined
    const limit = Number(asked.own['limit'] ?? (following ? 10 : 200))
    if (!Number.isSafeInteger(limit) || limit < 0) {
      out.say(`Cannot read --limit: "${asked.own['limit']}" is not a whole number`)
      return 2
    }
    if (following) return follow(asked, out, limit)
    if (splitPipes(asked.words.join(' ')).pipes !== '') return runFigures('logs', asked, out)
    const { printed, hasMore } = limit === 0 ? await printAll(asked, out) : await printNewest(asked, out, limit)
    if (printed === 0) sayNothing('record', asked, out)
    if (hasMore) out.say('There are older records: --limit 0 prints them all, --last and --from choose when.')
    return 0
  },
}

type Records = Pick<LogsAnswer, 'records' | 'resources'>
type Printed = { printed: number; hasMore: boolean }

const pageMax = 5000

function show({ records, resources }: Records, { json }: Asked, out: Out): void {
  for (const record of records) {
    out.print(json ? JSON.stringify(logJson(record, resources)) : printLog(record, out.paint))
  }
}

/** Page by page, however many there are. */
async function printAll(asked: Asked, out: Out): Promise<Printed> {
  let cursor: string | undefined
  let printed = 0
  do {
    const page = { limit: pageMax, cursor, order: 'oldest' as const }
    const answer = await asked.ask.json(askLogs(asked.words.join(' '), asked, page), out.signal)
    show(answer, asked, out)
    printed += answer.records.length
    cursor = answer.nextCursor
  } while (cursor !== undefined)
  return { printed, hasMore: false }
}

async function printNewest(asked: Asked, out: Out, limit: number): Promise<Printed & { records: LogRecord[] }> {
  const pages: Records[] = []
  let left = limit
  let cursor: string | undefined
  do {
    const page = { limit: Math.min(left, pageMax), cursor, order: 'newest' as const }
    const answer = await asked.ask.json(askLogs(asked.words.join(' '), asked, page), out.signal)
    pages.push(answer)
    left -= answer.records.length
    cursor = answer.nextCursor
  } while (cursor !== undefined && left > 0)
  for (const { records, resources } of pages.toReversed()) {
    show({ records: records.toReversed(), resources }, asked, out)
  }
  const records = pages.flatMap((page) => page.records)
  return { records, printed: records.length, hasMore: cursor !== undefined }
}

/** A record is in the tail before it is in the store, by about a second. */
const storedAfterMs = 2000
const reconnectMs = 1000

/**
 * Opens the tail first and asks for the past while it runs, so that no record falls between them; what both had is
 * printed once. A server that goes away is waited for, and the gap is said.
 */
async function follow(asked: Asked, out: Out, limit: number): Promise<number> {
  let waiting: Records[] | undefined = []
  const past = async () => {
    await sleep(limit === 0 ? 0 : storedAfterMs, undefined, { signal: out.signal })
    const { records: old } =
      limit === 0 ? { records: [] } : await printNewest({ ...asked, toMs: Date.now() }, out, limit)
    const seen = new Set(old.map((record) => JSON.stringify(record)))
    for (const { records, resources } of waiting ?? []) {
      show({ records: records.filter((record) => !seen.has(JSON.stringify(record))), resources }, asked, out)
    }
    waiting = undefined
  }
  const tail = async () => {
    while (!out.signal.aborted) {
      await asked.ask
        .events(askLogTail(asked.words.join(' ')), out.signal, (told) => {
          if (told.event === 'lost') out.say(`${told.data.records} records came faster than they could be sent.`)
          else if (waiting) waiting.push(told.data)
          else show(told.data, asked, out)
        })
        .catch((error: unknown) => {
          if (!(error instanceof Failure) || error.code !== 'unreachable') throw error
        })
      if (out.signal.aborted) return
      out.say('The server went away; records may be missing here until it is back.')
      await sleep(reconnectMs, undefined, { signal: out.signal })
    }
  }
  await Promise.all([past(), tail()])
  return 0
}
