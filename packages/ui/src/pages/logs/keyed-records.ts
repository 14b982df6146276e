import type { LogRecord, ResourceRecord, ScopeRecord } from '@wakeline/protocol'
import { hashName } from '../../theme/colours.ts'

/** A record with a key that is the same wherever the record turns up, so that a link can name it. */
export type KeyedRecord = LogRecord & { key: string }

/** Where records came from, by the ids they carry. */
export type Origins = { resources: Record<string, ResourceRecord>; scopes: Record<string, ScopeRecord> }

/** Records have no id of their own: the key is their time and a hash of the rest, counted up for exact repeats. */
export function keyedRecords(records: readonly LogRecord[], taken = new Set<string>()): KeyedRecord[] {
  return records.map((record) => {
    const base = `${record.timeUnixNano}-${hashName(JSON.stringify(record)).toString(36)}`
    let key = base
    for (let repeat = 1; taken.has(key); repeat++) key = `${base}-${repeat}`
    taken.add(key)
    return { ...record, key }
  })
}
