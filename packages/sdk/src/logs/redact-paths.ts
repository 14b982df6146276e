import { redacted } from '../encode/keys.ts'
import type { LogProcessor } from './public.ts'

/**
 * Replaces what is at these paths: `user.email`, `items.*.card`, `headers['x-id']` written as `headers.x-id`. Only what lies on the path is
 * copied; the program's own objects stay as they are.
 */
export function redactPaths(paths: readonly string[]): LogProcessor {
  const split = paths.map((path) =>
    path
      .replaceAll(/\[['"]?([^\]'"]*)['"]?\]/g, '.$1')
      .split('.')
      .filter((part) => part !== ''),
  )
  return (entry) => {
    for (const path of split) entry.attributes = Object.assign({}, at(entry.attributes, path, 0))
    return entry
  }
}

function at(value: unknown, path: readonly string[], depth: number): unknown {
  if (depth === path.length) return value === undefined ? undefined : redacted
  if (typeof value !== 'object' || value === null) return value
  const part = path[depth] ?? ''
  const keys = part === '*' ? Object.keys(value) : Object.hasOwn(value, part) ? [part] : []
  if (keys.length === 0) return value
  const copy: object = Array.isArray(value) ? [...value] : { ...value }
  for (const key of keys) Reflect.set(copy, key, at(Reflect.get(value, key), path, depth + 1))
  return copy
}
