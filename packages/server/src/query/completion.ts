import type { CompletionAnswer } from '@wakeline/protocol'
import { type CompletionRow, keysSql, readsRows, rowsSampled, type ValueRow, valuesSql } from './plan/completion.ts'
import type { Running } from './run.ts'
import type { Signal } from './search/condition.ts'
import { knownKeys } from './search/plan.ts'
import { widen } from './slices.ts'
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
  const rows = await askValueRows(ask, running)
  const shown = rows.flatMap(({ shown: text, count }) => (text === '' ? [] : [{ text, count }]))
  return { items: items(shown).slice(0, itemsMax), cost: running.cost() }
}

/**
 * Newest stretches first, each from the end of the range, until as many rows as are sampled have a value: to order all rows by time
 * for that would read the attributes of the whole range.
 */
async function askValueRows(ask: CompletionAsk & { key: string }, running: Running): Promise<ValueRow[]> {
  const read = (rowsOf: TimeRange): Promise<ValueRow[]> =>
    running.rows<ValueRow>(valuesSql({ ...ask, items: itemsMax, rowsOf }))
  if (!readsRows(ask)) return read(ask)
  let rows: ValueRow[] = []
  await widen(ask, { order: 'newest', wanted: rowsSampled, isCumulative: true }, async (rowsOf) => {
    rows = await read(rowsOf)
    return Number(rows[0]?.sampled ?? 0)
  })
  return rows
}

function items(rows: readonly CompletionRow[]): { text: string; count: number }[] {
  return rows.map(({ text, count }) => ({ text, count: Number(count) }))
}
