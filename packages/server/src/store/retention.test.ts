import { expect, test } from 'vitest'
import { chooseExpired, partitionEndMs, type RetentionPolicy } from './retention.ts'
import type { StoredPartition } from './store.ts'

const dayMs = 86_400_000
const now = Date.UTC(2026, 5, 30, 12)
const policy: RetentionPolicy = {
  spans: 10 * dayMs,
  logs: 20 * dayMs,
  metrics: 30 * dayMs,
  rollups: 90 * dayMs,
  budgetBytes: 0,
}

/** Each line: table, partition, and how many days ago it was last written to. 100 bytes each. */
function stored(text: string): StoredPartition[] {
  return text.split(',').map((line) => {
    const [table = '', partition = '', daysAgo] = line.trim().split(' ')
    return { table, partition, rows: 1, bytes: 100, changedMs: now - Number(daysAgo) * dayMs, oldestMs: 0, newestMs: 0 }
  })
}

test.each([
  [
    'a day all of which is old goes, with all its tables',
    'spans 20260619 11, trace_bounds 20260619 11, spans 20260620 10',
    'spans 20260619',
  ],
  ['each kind has its own time', 'spans 20260615 15, logs 20260615 15, samples 20260615 15', 'spans 20260615'],
  ['what was filled in late stays from when it came in', 'logs 19700101 19, logs 19700102 21', 'logs 19700102'],
  ['a month counts from its last day', 'attribute_keys 202603 95, attribute_keys 202604 95', 'rollups 202603'],
  ['origins stay as long as the longest', 'resources 202603 89, resources 202602 100', 'origins 202602'],
  ['the years after 2106 are no older', 'spans 21990101 50, logs 21500101 90', ''],
  ['what the table does not name stays', 'schema_migrations all 900', ''],
])('%s', (_title, partitions, expected) => {
  const chosen = chooseExpired(stored(partitions), policy, now)
  expect(chosen.map(({ kept, partition }) => `${kept} ${partition}`).join(', ')).toBe(expected)
})

test.each([
  ['the oldest detail first, counts by minute last', 300, 'logs 20260625 budget, spans 20260626 budget'],
  ['nothing while it fits', 500, ''],
  [
    'the last day stays',
    1,
    'logs 20260625 budget, spans 20260626 budget, samples 20260627 budget, span_red 20260625 budget',
  ],
])('over the budget: %s', (_title, budgetBytes, expected) => {
  const partitions = stored(
    'spans 20260626 3, samples 20260627 2, logs 20260625 4, span_red 20260625 4, spans 20260630 0',
  )
  const chosen = chooseExpired(partitions, { ...policy, budgetBytes }, now)
  expect(chosen.map(({ parts, partition, why }) => `${parts[0]?.table} ${partition} ${why}`).join(', ')).toBe(expected)
})

test.each([
  ['19700101', '1970-01-02'],
  ['20261231', '2027-01-01'],
  ['202612', '2027-01-01'],
  ['21991231', '2200-01-01'],
])('the partition %s ends at %s', (partition, end) => {
  expect(new Date(partitionEndMs(partition)).toISOString()).toBe(`${end}T00:00:00.000Z`)
})
