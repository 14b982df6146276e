import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Core } from '../core.ts'
import type { LogEntry, LogProcessor } from './public.ts'

interface Place {
  readonly id: string
  readonly file: string | undefined
  readonly line: number | undefined
}

const rememberedMax = 4_096

/** Numbers and ids in a message that was put together by hand; a template has none. */
export function maskedPattern(template: string): string {
  if (!/\d/.test(template)) return template
  return template
    .replaceAll(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<id>')
    .replaceAll(/\b(?=[a-f]*\d)[0-9a-f]{12,}\b/gi, '<id>')
    .replaceAll(/\d+/g, '<n>')
}

/**
 * Adds `log.pattern_id`, `code.file.path` and `code.line.number`. The stack is looked at once for each template: later lines of it cost a
 * lookup. The id is made of logger, level, template and file, so it outlives changes of the lines above.
 */
export function patternIds(core: Core): LogProcessor {
  const known = new Map<string, Place>()
  return (entry) => {
    const key = `${entry.logger} ${entry.level} ${maskedPattern(entry.template)}`
    let place = known.get(key)
    if (place === undefined) {
      if (known.size >= rememberedMax) known.clear()
      const { file, line } = callSite(core, entry.level)
      place = { id: hash(`${key} ${file ?? ''}`), file, line }
      known.set(key, place)
    }
    entry.attributes['log.pattern_id'] = place.id
    entry.attributes['code.file.path'] = place.file
    entry.attributes['code.line.number'] = place.line
    return entry
  }
}

/** What `timed` writes is called from this file, or one beside it in the same bundle: then there is no place in the program. */
const own = fileURLToPath(import.meta.url)

/** The frame that called `log.info` and the like: everything above that method is left out by the engine itself. */
function callSite(core: Core, level: LogEntry['level']): { file: string | undefined; line: number | undefined } {
  const before = Error.stackTraceLimit
  const holder: { stack?: string } = {}
  Error.stackTraceLimit = 1
  Error.captureStackTrace(holder, core.log[level])
  const found = /\(?((?:file:\/\/|\/|[A-Za-z]:\\)[^\n)]*):(\d+):\d+\)?$/m.exec(String(holder.stack))
  Error.stackTraceLimit = before
  const path = found?.[1]?.startsWith('file://') ? fileURLToPath(found[1]) : found?.[1]
  if (path === undefined || path === own) return { file: undefined, line: undefined }
  return { file: relative(process.cwd(), path).replaceAll('\\', '/'), line: Number(found?.[2]) }
}

/** FNV-1a, twice with other starts: 64 bits. */
function hash(text: string): string {
  let [a, b] = [0x811c9dc5, 0xc9dc5118]
  for (let i = 0; i < text.length; i++) {
    a = Math.imul(a ^ text.charCodeAt(i), 0x01000193)
    b = Math.imul(b ^ text.charCodeAt(i), 0x85ebca6b)
  }
  return [a, b].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('')
}
