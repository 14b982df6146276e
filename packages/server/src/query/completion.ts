import type { CompletionAnswer } from '@wakeline/protocol'
import { type CompletionRow, keysSql, valuesSql } from './plan/completion.ts'
import type { Running } from './run.ts'
import type { Signal } from './search/condition.ts'
import { knownKeys } from './search/plan.ts'
import type { TimeRange } from './time-range.ts'

export type CompletionAsk = TimeRange & { signal: Signal; prefix: string }

const itemsMax = 100

export async function askKeys(ask: CompletionAsk, running: Running): Promise<CompletionAnswer> {
  const rows = await running.rows<CompletionRow>(keysSql({ ...ask, items: itemsMax }))
  const prefix = ask.prefix.toLowerCase()
  const known = knownKeys(ask.signal).filter((key) => key.startsWith(prefix))
  // Keys of our own come first; how often they occur is not counted.
  return { items: [...known.map((text) => ({ text, count: 0 })), ...items(rows)], cost: running.cost() }
}

const namesOf: Record<string, readonly string[]> = { status: ['error', 'ok', 'unset'] }

export async function askValues(ask: CompletionAsk & { key: string }, running: Running): Promise<CompletionAnswer> {
  const names = ask.signal === 'spans' && Object.hasOwn(namesOf, ask.key) ? namesOf[ask.key] : undefined
  if (names !== undefined) {
    return {
      items: names.filter((text) => text.startsWith(ask.prefix)).map((text) => ({ text, count: 0 })),
      cost: running.cost(),
    }
  }
  const rows = await running.rows<CompletionRow>(valuesSql(ask.key, { ...ask, items: itemsMax }))
  return { items: items(rows), cost: running.cost() }
}

function items(rows: readonly CompletionRow[]): { text: string; count: number }[] {
  return rows.map(({ text, count }) => ({ text, count: Number(count) }))
}
