import type { AttributeEncoding } from '../encode/attributes.ts'
import { plainValue } from '../encode/plain-value.ts'
import { type LogRecord, levelNames, levels } from './log-record.ts'
import type { LogEntry } from './public.ts'

/** A record as people outside see it. Its attributes are a copy; their values are the program's own. */
export function entryOf(record: LogRecord): LogEntry {
  const attributes: LogEntry['attributes'] = { ...record.bound?.attributes }
  for (const key in record.attributes) {
    try {
      const value: unknown = Reflect.get(record.attributes, key)
      if (value !== undefined) attributes[key] = value
    } catch {
      attributes[key] = '[cannot be read]'
    }
  }
  return {
    unixMs: record.unixMs,
    level: levelNames.find((name) => name === record.level.name) ?? 'info',
    logger: record.loggerName,
    message: record.message,
    template: record.template ?? record.message,
    attributes,
    error: record.error,
    traceId: record.span?.traceId,
    spanId: record.span?.spanId,
  }
}

/** The same with nothing of the program's in it: safe to keep and to show, secrets replaced. */
export function keptEntryOf(record: LogRecord, how: AttributeEncoding): LogEntry {
  const entry = entryOf(record)
  for (const [key, value] of Object.entries(entry.attributes)) {
    const { secret } = how.keys.of(key)
    entry.attributes[key] = plainValue(secret ? { [key]: value } : value, how.keys, how.limits)
    if (secret) entry.attributes[key] = Reflect.get(Object(entry.attributes[key]), key)
  }
  return entry
}

export function recordOf(entry: LogEntry, from: LogRecord): LogRecord {
  return {
    unixMs: entry.unixMs,
    level: levels[entry.level] ?? from.level,
    loggerName: entry.logger,
    message: entry.message,
    template: entry.template,
    attributes: entry.attributes,
    bound: undefined,
    error: entry.error,
    span: from.span,
  }
}
