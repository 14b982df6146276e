import { existsSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { StatusAnswer } from '@wakeline/protocol'
import { startApi } from './api/api.ts'
import { flagName, type OptionName, type Options, variableName } from './options.ts'
import { openQuery } from './query/query.ts'
import { openEmbeddedStore, threadPoolSize } from './store/embedded.ts'
import type { Reader, ReadLimits, Store } from './store/store.ts'

/** The only file that knows every part: it opens them in order, hands each what it needs, and closes them backwards. */

export type ServerParts = {
  options: Options
  version: string
  nowUnixMs: () => number
  /** Hears what is worth a line of the server's own log. */
  report: (level: 'info' | 'warn' | 'error', message: string, attributes?: Readonly<Record<string, unknown>>) => void
}

export type RunningServer = {
  ui: string
  otlpHttp: string
  directory: string
  /** Takes over the options that can change while running (`reload` in the table of options). */
  reload(options: Options): void
  /** Answers what is being asked, stores what it holds, and closes. */
  stop(): Promise<void>
}

type Closers = (() => Promise<void> | void)[]

/** Throws an Error whose message is a sentence for the user ("Cannot ...") when something outside stands in the way. */
export async function startServer(parts: ServerParts): Promise<RunningServer> {
  const closers: Closers = []
  const stop = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) await close()
  }
  try {
    return { ...(await openParts(parts, closers)), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function openParts({ options, version, nowUnixMs, report }: ServerParts, closers: Closers): Promise<Omit<RunningServer, 'stop'>> {
  const directory = resolve(options.directory)
  const startedMs = nowUnixMs()
  const store = await openStore(options, directory)
  closers.push(() => store.close())
  await store.migrate()
  const limits = readLimits(options)
  const reader = withLimits(store, limits)
  const query = openQuery({ reader, options, nowUnixMs })
  closers.push(() => query.close())
  return { ui: '', otlpHttp: '', directory, reload: (changed) => void Object.assign(limits, readLimits(changed)) }
}

function openStore(options: Options, directory: string): Promise<Store> {
  const needed = threadPoolSize(options.queriesAtOnceMax)
  const given = Number(process.env['UV_THREADPOOL_SIZE'] ?? 4)
  if (given < needed) {
    throw new Error(
      `Cannot run ${options.queriesAtOnceMax} questions at once: they need ${needed} threads and there are ${given}; set UV_THREADPOOL_SIZE=${needed}, or lower --${flagName('queriesAtOnceMax')}`,
    )
  }
  return openEmbeddedStore({
    directory,
    readers: options.queriesAtOnceMax,
    waitingMax: options.queriesWaitingMax,
    limits: readLimits(options),
    memoryMaxBytes: options.engineMemoryMaxBytes,
    mergesMax: options.mergesAtOnceMax,
  })
}

function readLimits(options: Options): ReadLimits {
  return {
    timeoutMs: options.queryTimeoutMs,
    memoryMaxBytes: options.queryMemoryMaxBytes,
    rowsMax: options.queryRowsMax,
  }
}

/** Questions get the limits of now, so that they can be changed while the server runs. */
function withLimits(reader: Reader, limits: ReadLimits): Reader {
  return {
    rows: (statement, options) => reader.rows(statement, { ...options, limits }),
    subscribe: (table, listen) => reader.subscribe(table, listen),
  }
}
