import type { Context } from 'hono'
import { type AlertLabels, isMatcher, labelValue, type Matcher, matcherOf } from '../../alert/matchers/matcher.ts'
import { parseMatchers } from '../../alert/matchers/parse-matchers.ts'

/** Answered as Alertmanager does: the sentence as a JSON text. */
export class AlertmanagerFailure extends Error {
  override readonly name = 'AlertmanagerFailure'
  readonly status: 400 | 404 | 503

  constructor(status: 400 | 404 | 503, message: string) {
    super(message)
    this.status = status
  }
}

export const refuse = (why: string): AlertmanagerFailure => new AlertmanagerFailure(400, why)

/** What is shown of alerts: all of them, unless something is asked for. */
export type AlertFilter = {
  readonly active: boolean
  readonly silenced: boolean
  readonly inhibited: boolean
  readonly muted: boolean
  readonly matchers: readonly Matcher[]
  readonly isReceiver: (name: string) => boolean
}

export function readAlertFilter(context: Context): AlertFilter {
  const receiver = context.req.query('receiver') ?? ''
  const wanted = receiver === '' ? undefined : matcherOf('receiver', '=~', receiver)
  if (wanted !== undefined && !isMatcher(wanted)) throw refuse(`Cannot read "receiver": ${wanted.error}`)
  if (context.req.query('receiver_matchers') !== undefined)
    throw refuse('Cannot read "receiver_matchers": receivers have no labels here; name them with "receiver"')
  return {
    active: readBoolean(context, 'active'),
    silenced: readBoolean(context, 'silenced'),
    inhibited: readBoolean(context, 'inhibited'),
    muted: readBoolean(context, 'muted'),
    matchers: readFilters(context),
    isReceiver: (name) => wanted === undefined || wanted.matches(name),
  }
}

export function readBoolean(context: Context, name: string): boolean {
  const text = context.req.query(name) ?? 'true'
  if (/^(true|1|yes|on|ok|t|y)$/i.test(text)) return true
  if (/^(false|0|no|off|f|n)$/i.test(text)) return false
  throw refuse(`Cannot read "${name}": "${text}" is neither true nor false`)
}

export function readFilters(context: Context): readonly Matcher[] {
  return (context.req.queries('filter') ?? []).flatMap((text) => {
    const read = parseMatchers(text)
    if ('error' in read) throw refuse(`Cannot read the filter ${text}: ${read.error} (at ${read.position})`)
    return read
  })
}

/** As Alertmanager filters: `name=""` means that it is absent. */
export const isFiltered = (matchers: readonly Matcher[], labels: AlertLabels): boolean =>
  matchers.every((matcher) => {
    const isThere = Object.hasOwn(labels, matcher.name)
    const isNegated = matcher.operator.startsWith('!')
    if (matcher.value === '' && isThere === isNegated) return true
    return matcher.matches(labelValue(labels, matcher.name))
  })
