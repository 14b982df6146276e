import { readFile, rename } from 'node:fs/promises'
import { z } from 'zod'
import { replaceFile } from '../../base/durable-files.ts'
import { isMatcher, type Matcher, matcherOf, operators } from '../matchers/matcher.ts'
import type { Notifier } from './notifier.ts'
import { isResolvedAt } from './notify-alert.ts'

/**
 * What outlives the process, in one file that is written whole and put in place of the one before:
 *
 *   { version, savedMs, silences, log: who was told of what, alerts }
 */
const labels = z.record(z.string(), z.string())
const matcher = z
  .object({ name: z.string(), operator: z.enum(operators), value: z.string() })
  .transform(({ name, operator, value }, context): Matcher => {
    const read = matcherOf(name, operator, value)
    if (isMatcher(read)) return read
    context.addIssue({ code: 'custom', message: read.error })
    return z.NEVER
  })
const fingerprints = z.array(z.string())
const kept = z.object({
  version: z.literal(1),
  savedMs: z.number(),
  silences: z.array(
    z.object({
      id: z.string(),
      matchers: z.array(matcher),
      startsAtMs: z.number(),
      endsAtMs: z.number(),
      updatedAtMs: z.number(),
      createdBy: z.string(),
      comment: z.string(),
    }),
  ),
  log: z.array(
    z.tuple([
      z.string(),
      z.object({ firing: fingerprints, resolved: fingerprints, atMs: z.number(), expiresMs: z.number() }),
    ]),
  ),
  alerts: z.array(
    z.object({
      fingerprint: z.string(),
      labels,
      annotations: labels,
      startsAtMs: z.number(),
      endsAtMs: z.number(),
      updatedAtMs: z.number(),
      generatorUrl: z.string(),
      isEndGuessed: z.boolean(),
    }),
  ),
})

/** Changes of one moment are written once. */
const gatherMs = 500

export type KeptParts = {
  notifier: () => Notifier
  nowUnixMs: () => number
  report: (sentence: string) => void
}

export class KeptState {
  readonly #path: string
  readonly #parts: KeptParts
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()
  #hasFailed = false

  constructor(path: string, parts: KeptParts) {
    this.#path = path
    this.#parts = parts
  }

  /** Takes over what was kept. A file that cannot be read is put aside and told of. */
  async load(): Promise<void> {
    const text = await readFile(this.#path, 'utf8').catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
      throw error
    })
    if (text === undefined) return
    try {
      const { savedMs, silences, log, alerts } = kept.parse(JSON.parse(text))
      const notifier = this.#parts.notifier()
      notifier.silences.load(silences)
      // While this server was away nobody could say that an alert goes on.
      const graceEndMs = this.#parts.nowUnixMs() + notifier.config.resolveTimeoutMs
      const still = alerts.map((alert) =>
        isResolvedAt(alert, savedMs) ? alert : { ...alert, endsAtMs: Math.max(alert.endsAtMs, graceEndMs) },
      )
      notifier.restore(still, log)
    } catch (error) {
      const aside = `${this.#path}.unreadable`
      await rename(this.#path, aside)
      this.#parts.report(
        `Cannot read ${this.#path}, now ${aside}: silences and what was told are forgotten: ${error instanceof Error ? error.message : error}`,
      )
    }
  }

  /** Writes soon. */
  changed(): void {
    this.#timer ??= setTimeout(() => void this.write(), gatherMs)
  }

  /** Writes now, what was kept before or this; '' or why it could not. */
  write(): Promise<string> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const written = this.#writing.then(() => this.#write())
    this.#writing = written.then(() => {})
    return written
  }

  async #write(): Promise<string> {
    try {
      const notifier = this.#parts.notifier()
      const silences = notifier.silences.list().map((silence) => ({
        ...silence,
        matchers: silence.matchers.map(({ name, operator, value }) => ({ name, operator, value })),
      }))
      const savedMs = this.#parts.nowUnixMs()
      const state = { version: 1, savedMs, silences, log: notifier.log(), alerts: notifier.alerts() }
      await replaceFile(this.#path, JSON.stringify(state), { mode: 0o600 })
      this.#hasFailed = false
      return ''
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      if (!this.#hasFailed) this.#parts.report(`Cannot keep silences and what was told in ${this.#path}: ${why}`)
      this.#hasFailed = true
      return why
    }
  }
}
