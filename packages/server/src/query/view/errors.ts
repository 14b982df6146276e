import { type ErrorFingerprint, errorFingerprint } from '@wakeline/analysis'
import type { ErrorGroup } from '@wakeline/protocol'
import type { ErrorRow } from '../plan/errors.ts'

type Group = Omit<ErrorGroup, 'versions'> & { resources: string[] }

const placesMax = 5

/** What the engine told apart, together by fingerprint; the most frequent first. */
export function errorGroups(rows: readonly ErrorRow[], times: readonly number[]): Group[] {
  const groups = new Map<string, Group>()
  for (const row of rows) {
    const fingerprint = errorFingerprint({
      type: row.type,
      message: row.said,
      stack: row.stack,
      fingerprint: fingerprintOf(row.given),
    })
    const known = groups.get(fingerprint.hash)
    const group = groupOf(row, fingerprint, times)
    if (known === undefined) groups.set(fingerprint.hash, group)
    else groups.set(fingerprint.hash, together(known, group))
  }
  return [...groups.values()].sort((a, b) => b.occurrences - a.occurrences || (a.hash < b.hash ? -1 : 1))
}

function groupOf(
  row: ErrorRow,
  { hash, looseHash, by, type, culprit }: ErrorFingerprint,
  times: readonly number[],
): Group {
  const counts = new Map(row.steps[0].map((at, index) => [Number(at), Number(row.steps[1][index])]))
  return {
    hash,
    looseHash,
    by,
    type,
    message: row.said,
    culprit,
    stack: row.stack,
    occurrences: Number(row.occurrences),
    occurrencesBefore: Number(row.before),
    firstSeenMs: Number(row.first),
    lastSeenMs: Number(row.last),
    services: row.services.toSorted(),
    resources: row.resources,
    places: row.places.map(([traceId, spanId]) => ({ traceId, spanId })),
    counts: times.map((at) => counts.get(at) ?? 0),
  }
}

/** The one seen last tells the message and the stack. */
function together(one: Group, other: Group): Group {
  const latest = other.lastSeenMs > one.lastSeenMs ? other : one
  return {
    ...latest,
    occurrences: one.occurrences + other.occurrences,
    occurrencesBefore: one.occurrencesBefore + other.occurrencesBefore,
    firstSeenMs: Math.min(one.firstSeenMs, other.firstSeenMs),
    services: [...new Set([...one.services, ...other.services])].sort(),
    resources: [...new Set([...one.resources, ...other.resources])],
    places: [...latest.places, ...(latest === one ? other : one).places].slice(0, placesMax),
    counts: one.counts.map((count, index) => count + (other.counts[index] ?? 0)),
  }
}

/** As it is stored: a text, or a list as OTLP's JSON. */
function fingerprintOf(given: string): string[] {
  if (given === '') return []
  if (!given.startsWith('{"values":')) return [given]
  try {
    const list: { values?: { stringValue?: unknown }[] } = JSON.parse(given)
    return (list.values ?? []).map(({ stringValue }) => String(stringValue ?? '')).filter((part) => part !== '')
  } catch {
    // A text that only begins like a list.
    return [given]
  }
}
