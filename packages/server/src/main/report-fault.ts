import type { ServerParts } from './server-parts.ts'

/** A line of the server's own log for what is this program's fault. */
export function reportFault(report: ServerParts['report'], error: unknown): void {
  report('error', error instanceof Error ? error.message : String(error), {
    stack: error instanceof Error ? error.stack : '',
  })
}
