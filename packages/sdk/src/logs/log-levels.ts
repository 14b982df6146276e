import { createHash, timingSafeEqual } from 'node:crypto'
import type { Core } from '../core.ts'
import type { HttpRequest, HttpResponse, LogLevel } from '../public.ts'
import { levelNames, levels, severityOf } from './log-record.ts'
import type { LevelLimit, LogLevels } from './public.ts'

const everyLogger = '*'
const namesMax = 1_024
const forMsMax = 2_147_483_647

interface Limited {
  readonly timer: NodeJS.Timeout
  readonly restore: () => void
}

/** Levels by name at run time, see `public.ts`. */
export class RuntimeLevels implements LogLevels {
  private readonly core: Core
  private readonly limited = new Map<string, Limited>()

  constructor(core: Core) {
    this.core = core
  }

  set(logger: string, level: LogLevel, { forMs }: LevelLimit = {}): void {
    const severity = severityOf(level)
    if (severity === undefined) {
      this.core.report(`Cannot set the level of logger "${logger}" to ${String(level)}`)
      return
    }
    const before = this.limited.get(logger)
    clearTimeout(before?.timer)
    this.limited.delete(logger)
    const restore = before?.restore ?? this.restoring(logger)
    this.write(logger, severity)
    if (forMs === undefined) return
    const timer = this.core.schedule(
      () => {
        this.limited.delete(logger)
        restore()
      },
      Math.min(Math.max(forMs, 0), forMsMax),
    )
    this.limited.set(logger, { timer, restore })
  }

  list(): Record<string, LogLevel> {
    const { names, ruled } = this.core.logging
    const found = new Map<string, number>(ruled)
    for (const [name, { severity }] of names) found.set(name, severity)
    return Object.fromEntries([...found].sort().map(([name, severity]) => [name, levelOf(severity)]))
  }

  private write(logger: string, severity: number): void {
    const { logging } = this.core
    if (logger === everyLogger) {
      logging.setLevel(levelOf(severity))
      for (const name of logging.ruled.keys()) logging.ruled.set(name, severity)
      return
    }
    if (logging.ruled.size >= namesMax && !logging.ruled.has(logger)) {
      this.core.report(`Cannot set the level of logger "${logger}": ${namesMax} names are set already`)
      return
    }
    logging.rule(logger, severity)
  }

  /** Puts back what is so now. */
  private restoring(logger: string): () => void {
    const { logging } = this.core
    if (logger.endsWith(everyLogger)) {
      const names = new Map([...logging.names].map(([name, { severity }]) => [name, severity]))
      const ruled = new Map(logging.ruled)
      const all = logging.severity
      return () => {
        if (logger === everyLogger) logging.setLevel(levelOf(all))
        logging.ruled.clear()
        for (const [name, severity] of ruled) logging.ruled.set(name, severity)
        for (const [name, severity] of names) {
          const known = logging.names.get(name)
          if (known !== undefined) known.severity = severity
        }
      }
    }
    const ruled = logging.ruled.get(logger)
    const severity = logging.names.get(logger)?.severity
    return () => {
      if (ruled === undefined) logging.ruled.delete(logger)
      else logging.ruled.set(logger, ruled)
      const known = logging.names.get(logger)
      if (known !== undefined) known.severity = severity ?? ruled ?? logging.severity
    }
  }

  handler({ path = '/log-levels', token }: { path?: string; token?: string } = {}) {
    return (request: HttpRequest, response: HttpResponse): boolean => {
      const url = new URL(request.url ?? '', 'http://localhost')
      if (url.pathname !== path) return false
      const [status, body] = this.answer(request, url.searchParams, token)
      response.statusCode = status
      response.setHeader('content-type', 'application/json; charset=utf-8')
      response.setHeader('cache-control', 'no-store')
      response.end(`${JSON.stringify(body)}\n`)
      return true
    }
  }

  private answer(request: HttpRequest, asked: URLSearchParams, token: string | undefined): [number, object] {
    if (token !== undefined && !isSame(String(request.headers['authorization'] ?? ''), `Bearer ${token}`))
      return [401, { error: 'Cannot show the levels: the token is wrong' }]
    if (request.method === 'GET') return [200, { levels: this.list() }]
    // A page in someone's browser cannot send a PUT without being asked for it first.
    if (request.method !== 'PUT') return [405, { error: `Cannot ${request.method} the levels: known are GET and PUT` }]
    const level = asked.get('level') ?? ''
    const known = [...levelNames, 'silent' as const].find((name) => name === level)
    if (known === undefined)
      return [400, { error: `Cannot set the level "${level}": known are ${levelNames.join(', ')}, silent` }]
    const forMs = asked.has('forMs') ? Number(asked.get('forMs')) : undefined
    if (forMs !== undefined && !(forMs > 0 && forMs <= forMsMax))
      return [400, { error: `Cannot set a level for ${asked.get('forMs')} ms: it must be from 1 to ${forMsMax}` }]
    this.set(asked.get('logger') ?? everyLogger, known, forMs === undefined ? {} : { forMs })
    return [200, { levels: this.list() }]
  }

  onSignal(signal: NodeJS.Signals, level: LogLevel, limit: LevelLimit = {}): () => void {
    const isOn = () => this.limited.has(everyLogger)
    const listener = () => {
      const { report } = this.core
      if (isOn()) {
        const limited = this.limited.get(everyLogger)
        clearTimeout(limited?.timer)
        this.limited.delete(everyLogger)
        limited?.restore()
        return report(`${signal}: log levels are what they were`)
      }
      // Without a limit of its own the change lasts until the next signal: a very long limit.
      this.set(everyLogger, level, { forMs: limit.forMs ?? forMsMax })
      report(`${signal}: the level of every logger is ${level}`)
    }
    process.on(signal, listener)
    return () => void process.removeListener(signal, listener)
  }
}

function levelOf(severity: number): LogLevel {
  return levelNames.find((name) => levels[name].severity === severity) ?? 'silent'
}

function isSame(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(wanted))
}
