import type { Options } from '../options.ts'

/** What a server is started with. */
export type ServerParts = {
  options: Options
  version: string
  nowUnixMs: () => number
  /** Hears what is worth a line of the server's own log. */
  report: (level: 'info' | 'warn' | 'error', message: string, attributes?: Readonly<Record<string, unknown>>) => void
}
