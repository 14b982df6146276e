/** Values in a message, each by what it is, in this order: what is long before what is part of it. */
const values: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['email', /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g],
  ['url', /\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>)]+/gi],
  ['traceparent', /\b[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}\b/g],
  ['uuid', /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi],
  ['ip', /\b\d{1,3}(?:\.\d{1,3}){3}\b(?::\d+)?|(?<![\w:])(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}\b/gi],
  ['host', /\b(?:[a-z0-9-]+\.)+(?:com|net|org|io|dev|app|local|internal|svc|cloud)\b(?::\d+)?/gi],
  ['sha1', /\b[0-9a-f]{40}\b/gi],
  ['md5', /\b[0-9a-f]{32}\b/gi],
  ['date', /\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?)?/g],
  ['duration', /(?<![\w.])\d+(?:\.\d+)?\s?(?:ns|us|µs|ms|s|sec|seconds|min|minutes|h|hours|days?)\b/g],
  ['hex', /\b0x[0-9a-f]+\b/gi],
  ['hex', /\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,}\b/gi],
  ['float', /(?<![\w.])-?\d+\.\d+(?:e[+-]?\d+)?(?!\w)/gi],
  ['int', /(?<![A-Za-z_])-?\d+(?![A-Za-z_])/g],
  ['quoted', /"[^"]*"|'[^'\n]*'(?!\w)|`[^`]*`/g],
  ['bool', /\b(?:true|false)\b/g],
]

/** A message with what differs from one occurrence to another named instead: `user <int> has no card <quoted>`. */
export function parameterise(message: string): string {
  return values.reduce((text, [name, pattern]) => text.replace(pattern, `<${name}>`), message)
}
