import { durationMs, parseLogQl } from '../../query/logql/parse.ts'

/** Loki's parameters: times in nanoseconds, in seconds with decimals, or RFC 3339. */
export type LokiAsk = {
  query: string
  fromMs: number
  toMs: number
  /** The same to the nanosecond: who reads on goes on where the last line was. */
  ends: { fromNano: bigint; toNano: bigint }
  limit: number
  order: 'newest' | 'oldest'
  /** 0 where none was given. */
  stepMs: number
}

const hourMs = 3_600_000
const limitUsual = 100
const limitMost = 5000
const linesUsual = 1000
const rangeMaxMs = 400 * 24 * hourMs
const stepsUsual = 250
const stepsMost = 11_000

/** A mistake comes back as a sentence. */
export function readLoki(parameters: URLSearchParams, nowMs: number): LokiAsk | { error: string } {
  const given = (name: string) => parameters.get(name) ?? ''
  const nowNano = BigInt(Math.ceil(nowMs)) * nanoOfMs
  const toNano = given('end') === '' ? nowNano : lokiTimeNano(given('end'))
  const sinceMs = given('since') === '' ? hourMs : durationMs(given('since'))
  const sinceNano = BigInt(Math.ceil(sinceMs)) * nanoOfMs
  const fromNano = given('start') === '' ? (toNano ?? nowNano) - sinceNano : lokiTimeNano(given('start'))
  if (toNano === undefined || fromNano === undefined) {
    return { error: '"start" and "end" are nanoseconds, seconds with decimals, or RFC 3339' }
  }
  if (fromNano > toNano) return { error: '"start" is before "end"' }
  const fromMs = Number(fromNano / nanoOfMs)
  const toMs = Number((toNano + nanoOfMs - 1n) / nanoOfMs)
  if (toMs - fromMs > rangeMaxMs) return { error: '"start" and "end" are at most 400 days apart' }
  const limit = given('limit') === '' ? limitUsual : Number(given('limit'))
  if (!Number.isInteger(limit) || limit < 1 || limit > limitMost) {
    return { error: `"limit" is a whole number from 1 to ${limitMost}` }
  }
  const direction = given('direction').toLowerCase() || 'backward'
  if (direction !== 'backward' && direction !== 'forward') return { error: '"direction" is backward or forward' }
  const stepMs = readStep(given('step'), toMs - fromMs)
  if (stepMs === undefined) {
    return { error: `"step" is seconds or a duration, and gives at most ${stepsMost} points` }
  }
  const order = direction === 'backward' ? 'newest' : 'oldest'
  return { query: given('query'), fromMs, toMs, ends: { fromNano, toNano }, limit, order, stepMs }
}

function readStep(text: string, rangeMs: number): number | undefined {
  const wanted =
    text === ''
      ? Math.max(1000, rangeMs / stepsUsual)
      : /^\d+(\.\d+)?$/.test(text)
        ? Number(text) * 1000
        : durationMs(text)
  const stepMs = Math.round(wanted)
  return stepMs >= 1 && rangeMs / stepMs <= stepsMost ? stepMs : undefined
}

const nanoOfMs = 1_000_000n

function lokiTimeNano(text: string): bigint | undefined {
  // Nanoseconds have 19 digits for two centuries; fewer than 11 are seconds.
  if (/^\d{11,19}$/.test(text)) return BigInt(text)
  const [, seconds, decimals = ''] = /^(\d+)(?:\.(\d+))?$/.exec(text) ?? []
  if (seconds !== undefined) return BigInt(seconds + decimals.slice(0, 9).padEnd(9, '0'))
  const ms = Date.parse(text)
  if (Number.isNaN(ms)) return undefined
  const [, beyondMs = ''] = /\.\d{3}(\d{1,6})/.exec(text) ?? []
  return BigInt(ms) * nanoOfMs + BigInt(beyondMs.padEnd(6, '0'))
}

/** The whole millisecond of a time. */
export function lokiTimeMs(text: string): number | undefined {
  const nano = lokiTimeNano(text)
  return nano === undefined ? undefined : Number(nano / nanoOfMs)
}

/** How many lines are looked at for what they have in them. */
export function linesOf(parameters: URLSearchParams): number {
  const lines = Number(parameters.get('line_limit') ?? '')
  return Number.isInteger(lines) && lines >= 1 ? Math.min(lines, limitMost) : linesUsual
}

/**
 * Bytes of what a selector finds, by `targetLabels` (those of the selector where none are named), each over `rangeMs`: the
 * greatest of them.
 */
export function volumeQuery(ask: LokiAsk, parameters: URLSearchParams, rangeMs: number): LokiAsk {
  const named = (parameters.get('targetLabels') ?? '').split(',').filter((label) => /^[A-Za-z_]\w*$/.test(label))
  const labels = named.length > 0 ? named : selectorLabels(ask.query)
  const bytes = `bytes_over_time(${ask.query || '{}'}[${Math.ceil(rangeMs)}ms])`
  return { ...ask, query: `topk(${ask.limit}, sum by (${labels.join(', ')}) (${bytes}))` }
}

/** What cannot be read is refused when it is asked. */
function selectorLabels(query: string): string[] {
  try {
    const parsed = parseLogQl(query)
    return parsed.is === 'logs' ? [...new Set(parsed.selector.map(({ label }) => label))] : []
  } catch {
    return []
  }
}
