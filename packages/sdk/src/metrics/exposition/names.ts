import type { InstrumentShape } from '../points.ts'

/**
 * Prometheus names of OpenTelemetry metrics and attributes, as the OpenTelemetry specification turns one into the other.
 *
 *     http.server.request.duration  s        ->  http_server_request_duration_seconds
 *     orders                        {order}  ->  orders_total          (a counter)
 *     queue.usage                   1        ->  queue_usage_ratio     (a gauge)
 */
export function familyName({ name, unit, kind }: Pick<InstrumentShape, 'name' | 'unit' | 'kind'>): string {
  // Only a counter's samples end in `_total`, and only once.
  const words = validName(name)
    .split('_')
    .filter((word) => word !== 'total' || kind !== 'counter')
  const word = unitWord(unit, kind === 'gauge')
  // A ratio goes to the end, any other unit stays where the name has it.
  const named = word === 'ratio' ? words.filter((each) => each !== word) : words
  const isSaid = word === '' || named.includes(word) || `_${named.join('_')}`.endsWith(`_${word}`)
  return (isSaid ? named : [...named, word]).join('_') || 'total'
}

/** `__` is Prometheus' own, and so are the labels of buckets and quantiles. */
function labelName(attribute: string): string {
  const name = validName(attribute).replaceAll(':', '_').replace(/^__+/, '_')
  return name === 'le' || name === 'quantile' ? `${name}_` : name
}

function validName(name: string): string {
  const valid = name.replace(/[^a-zA-Z0-9_:]+/g, '_')
  return /^[0-9]/.test(valid) || valid === '' ? `_${valid}` : valid
}

const unitWords = new Map([
  ['d', 'days'],
  ['h', 'hours'],
  ['min', 'minutes'],
  ['s', 'seconds'],
  ['ms', 'milliseconds'],
  ['us', 'microseconds'],
  ['ns', 'nanoseconds'],
  ['By', 'bytes'],
  ['KiBy', 'kibibytes'],
  ['MiBy', 'mebibytes'],
  ['GiBy', 'gibibytes'],
  ['kBy', 'kilobytes'],
  ['MBy', 'megabytes'],
  ['GBy', 'gigabytes'],
  ['m', 'meters'],
  ['V', 'volts'],
  ['A', 'amperes'],
  ['J', 'joules'],
  ['W', 'watts'],
  ['g', 'grams'],
  ['Cel', 'celsius'],
  ['Hz', 'hertz'],
  ['%', 'percent'],
])

/** What is in braces is a note, not a unit; `By/s` is bytes_per_second. */
export function unitWord(unit: string, ratio: boolean): string {
  if (unit === '1') return ratio ? 'ratio' : ''
  const [of = '', per] = unit.replace(/\{[^}]*\}/g, '').split('/')
  const word = (text: string) => (unitWords.get(text) ?? text).replace(/[^a-zA-Z0-9]+/g, '_').replace(/^_+|_+$/g, '')
  if (per === undefined || per === '') return word(of)
  const each = word(per).replace(/s$/, '')
  return of === '' ? `per_${each}` : `${word(of)}_per_${each}`
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '"': '\\"' }

function escapeLabel(text: string): string {
  return /[\\\n"]/.test(text) ? text.replace(/[\\\n"]/g, (found) => escapes[found] ?? found) : text
}

export function escapeHelp(text: string): string {
  return text.replace(/[\\\n]/g, (found) => escapes[found] ?? found)
}

/** Names and values of a series' labels. Attributes that become the same label are joined by `;`. */
export function labelPairs(attributes: Readonly<Record<string, unknown>>, scopeName: string): Map<string, string> {
  const labels = new Map<string, string>()
  for (const key in attributes) {
    const name = labelName(key)
    const before = labels.get(name)
    const value = String(attributes[key])
    labels.set(name, before === undefined ? value : `${before};${value}`)
  }
  if (scopeName !== '') labels.set('otel_scope_name', scopeName)
  return labels
}

/** `method="GET",status="200"` */
export function labelsText(attributes: Readonly<Record<string, unknown>>, scopeName: string): string {
  return Array.from(labelPairs(attributes, scopeName), ([name, value]) => `${name}="${escapeLabel(value)}"`).join(',')
}
