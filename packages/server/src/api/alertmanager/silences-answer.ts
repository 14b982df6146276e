import { z } from 'zod'
import { isMatcher, type Matcher, matcherOf } from '../../alert/matchers/matcher.ts'
import { type GivenSilence, type Silence, type SilenceState, stateOfSilence } from '../../alert/notifier/silences.ts'
import { timeText } from './alerts-answer.ts'
import { isFiltered } from './input.ts'

/** What is active first and what ends soonest of it; then what begins next; then what ended last. */
export function silencesAnswer(
  silences: readonly Silence[],
  { states, matchers }: { states: ReadonlySet<SilenceState>; matchers: readonly Matcher[] },
  nowMs: number,
): object[] {
  const wanted = silences.filter((silence) => {
    const named = Object.fromEntries(silence.matchers.map(({ name, value }) => [name, value]))
    return states.has(stateOfSilence(silence, nowMs)) && isFiltered(matchers, named)
  })
  const keyOf = (silence: Silence): readonly [number, number] => {
    const state = stateOfSilence(silence, nowMs)
    if (state === 'active') return [0, silence.endsAtMs]
    return state === 'pending' ? [1, silence.startsAtMs] : [2, -silence.endsAtMs]
  }
  const keyed = wanted.map((silence) => ({ silence, key: keyOf(silence) }))
  keyed.sort((a, b) => a.key[0] - b.key[0] || a.key[1] - b.key[1])
  return keyed.map(({ silence }) => silenceAnswer(silence, nowMs))
}

export const silenceAnswer = (silence: Silence, nowMs: number): object => ({
  id: silence.id,
  status: { state: stateOfSilence(silence, nowMs) },
  updatedAt: timeText(silence.updatedAtMs),
  annotations: {},
  comment: silence.comment,
  createdBy: silence.createdBy,
  endsAt: timeText(silence.endsAtMs),
  matchers: silence.matchers.map(({ name, operator, value }) => ({
    isEqual: !operator.startsWith('!'),
    isRegex: operator.endsWith('~'),
    name,
    value,
  })),
  startsAt: timeText(silence.startsAtMs),
})

const textMaxLength = 4096
const text = z.string().max(textMaxLength)
const time = z.iso.datetime({ offset: true }).transform((given) => Date.parse(given))
const posted = z.object({
  id: z.string().optional(),
  matchers: z
    .array(z.object({ name: text.min(1), value: text, isRegex: z.boolean(), isEqual: z.boolean().default(true) }))
    .max(100),
  startsAt: time,
  endsAt: time,
  createdBy: text,
  comment: text,
})

/** A silence as it is posted, or why it cannot be read. */
export function readPostedSilence(body: unknown): GivenSilence | string {
  const read = posted.safeParse(body)
  if (!read.success) {
    const [issue] = read.error.issues
    return `Cannot silence: ${issue?.message} (at ${issue?.path.join('.') || 'the top'})`
  }
  const { id, startsAt, endsAt, createdBy, comment } = read.data
  const matchers: Matcher[] = []
  for (const { name, value, isRegex, isEqual } of read.data.matchers) {
    const operator = isRegex ? (isEqual ? '=~' : '!~') : isEqual ? '=' : '!='
    const matcher = matcherOf(name, operator, value)
    if (!isMatcher(matcher)) return `Cannot silence: ${matcher.error}`
    matchers.push(matcher)
  }
  return { id: id ?? '', matchers, startsAtMs: startsAt, endsAtMs: endsAt, createdBy, comment }
}
