import { byteUnits } from '@wakeline/protocol'
import {
  type Aggregation,
  type Binary,
  type Call,
  childrenOf,
  type Expression,
  isComparisonOperator,
  isSetOperator,
  type VectorSelector,
} from './parse/ast.ts'

/**
 * What the values of an expression are counted in, told from the names in it, as the naming rules of Prometheus and
 * OpenTelemetry have it:
 *
 *   rate(disk_io_bytes_total[5m])                            By/s
 *   histogram_quantile(0.9, rate(x_seconds_bucket[5m]))      s
 *   rate(x_seconds_sum[5m]) / rate(x_seconds_count[5m])      s
 *   100 * rate(x_total{code="500"}[5m]) / rate(x_total[5m])  %
 *
 * Units are UCUM as OpenTelemetry writes them, `/s` behind what is counted a second, and `ratio` for a share of one. '' is a
 * number, or what cannot be told: better none than a wrong one.
 */
export function unitOf(expression: Expression, units: UnitsOfMetrics = new Map()): string {
  const { of, each, times } = named(measureOf(expression, units))
  if (of === instantOfTime || times !== 1) return ''
  // Seconds a second are a number: of cores that are busy, of requests at once.
  if (each === 's') return of in timeScales ? '' : `${of}/s`
  return of
}

/** By metric, as it was sent: of names that do not say it, which are OpenTelemetry's own. */
export type UnitsOfMetrics = ReadonlyMap<string, string>

/** `each` is the unit it is divided by, `times` what the values were multiplied by since they were in that unit. */
type Measure = { of: string; each: '' | 's'; times: number }

const counted = (of: string, each: '' | 's' = ''): Measure => ({ of, each, times: 1 })
const plain = counted('')
/** Seconds since 1970: a moment and no duration, until one is taken from another. */
const instantOfTime = 'instant'

const timeScales: Readonly<Record<string, number>> = { ns: 1e-9, us: 1e-6, ms: 1e-3, s: 1, min: 60, h: 3600, d: 86_400 }
const shareScales: Readonly<Record<string, number>> = { ratio: 1, '%': 0.01 }
const families = [timeScales, byteUnits, shareScales]

const unitsByWord: Readonly<Record<string, string>> = {
  nanoseconds: 'ns',
  microseconds: 'us',
  milliseconds: 'ms',
  seconds: 's',
  minutes: 'min',
  hours: 'h',
  days: 'd',
  bytes: 'By',
  kibibytes: 'KiBy',
  mebibytes: 'MiBy',
  gibibytes: 'GiBy',
  kilobytes: 'kBy',
  megabytes: 'MBy',
  gigabytes: 'GBy',
  ratio: 'ratio',
  percent: '%',
  volts: 'V',
  amperes: 'A',
  joules: 'J',
  watts: 'W',
  meters: 'm',
  grams: 'g',
  celsius: 'Cel',
  hertz: 'Hz',
}

function measureOf(expression: Expression, units: UnitsOfMetrics): Measure {
  switch (expression.kind) {
    case 'number':
      return expression.isDuration ? counted('s') : plain
    case 'string':
      return plain
    case 'paren':
    case 'unary':
    case 'subquery':
      return measureOf(expression.expression, units)
    case 'range-selector':
      return measureOf(expression.selector, units)
    case 'vector-selector':
      return measureOfName(nameOf(expression), units)
    case 'aggregation':
      return measureOfAggregation(expression, units)
    case 'call':
      return measureOfCall(expression, units)
    case 'binary':
      return measureOfBinary(expression, units)
  }
}

function nameOf({ name, matchers }: VectorSelector): string {
  return name || (matchers.find((each) => each.name === '__name__' && each.operator === '=')?.value ?? '')
}

function measureOfName(name: string, units: UnitsOfMetrics): Measure {
  if (/_(?:bucket|count)$/.test(name)) return plain
  const whole = name.replace(/_(?:total|sum)$/, '')
  const known = units.get(whole) ?? units.get(name)
  if (known !== undefined) return measureOfUnit(known)
  if (momentNames.test(name)) return counted(instantOfTime)
  const words = whole.split('_')
  const per = whole.endsWith('_per_second')
  return counted(unitsByWord[words.at(per ? -3 : -1) ?? ''] ?? '', per ? 's' : '')
}

/** What stands in braces is a remark, and 1 is a number. */
function measureOfUnit(unit: string): Measure {
  const [of = '', each = ''] = unit.replace(/\{[^}]*\}/g, '').split('/')
  return each === '' || each === 's' ? counted(of === '1' ? '' : of, each) : plain
}

const momentNames = /_timestamp(?:_seconds)?$|_created$|_(?:start|boot|creation|expiration|expiry)_time_seconds$/

function measureOfAggregation({ operator, expression }: Aggregation, units: UnitsOfMetrics): Measure {
  const isCount = operator === 'count' || operator === 'count_values' || operator === 'group' || operator === 'stdvar'
  return isCount ? plain : measureOf(expression, units)
}

/** Their values are in the unit of their first argument that is no scalar. */
const keeping = new Set(
  (
    'abs ceil floor round clamp clamp_max clamp_min sort sort_desc sort_by_label sort_by_label_desc label_replace label_join ' +
    'info scalar vector min_of max_of delta idelta increase predict_linear double_exponential_smoothing avg_over_time ' +
    'first_over_time last_over_time mad_over_time max_over_time min_over_time quantile_over_time stddev_over_time sum_over_time'
  ).split(' '),
)
const aSecond = new Set(['rate', 'irate', 'deriv'])
const ofObservations = new Set(['histogram_avg', 'histogram_quantile', 'histogram_quantiles', 'histogram_stddev'])
const moments = new Set(
  'time timestamp start end start_timestamp ts_of_first_over_time ts_of_last_over_time ts_of_max_over_time ts_of_min_over_time'.split(
    ' ',
  ),
)

function measureOfCall({ name, args }: Call, units: UnitsOfMetrics): Measure {
  const [taken] = args.filter((each) => each.kind !== 'number' && each.kind !== 'string')
  if (moments.has(name)) return counted(instantOfTime)
  if (name === 'histogram_fraction') return counted('ratio')
  if (taken === undefined) return plain
  if (ofObservations.has(name)) return observed(taken, units)
  const measure = measureOf(taken, units)
  if (name === 'histogram_sum' || keeping.has(name)) return measure
  if (name === 'histogram_count') return counted('', measure.each)
  if (!aSecond.has(name)) return plain
  return measure.each === '' && measure.of !== instantOfTime ? { ...measure, each: 's' } : plain
}

/** What a histogram has observed: its own unit, which the names of its parts have before their endings. */
function observed(expression: Expression, units: UnitsOfMetrics): Measure {
  if (expression.kind !== 'vector-selector') {
    const inner = childrenOf(expression).map((each) => observed(each, units))
    return inner.find(({ of }) => of !== '') ?? plain
  }
  return measureOfName(nameOf(expression).replace(/_bucket$/, ''), units)
}

function measureOfBinary(binary: Binary, units: UnitsOfMetrics): Measure {
  const { operator, returnBool } = binary
  const [left, right] = [measureOf(binary.left, units), measureOf(binary.right, units)]
  const [leftNumber, rightNumber] = [numberOf(binary.left), numberOf(binary.right)]
  if (isComparisonOperator(operator)) return returnBool ? plain : leftNumber === undefined ? left : right
  if (operator === '</' || operator === '>/') return left
  if (isSetOperator(operator)) return operator === 'or' && left.of === '' ? right : left
  switch (operator) {
    case '+':
    case '-':
      if (rightNumber !== undefined) return left
      if (leftNumber !== undefined) return right
      return sumOf(left, right, operator)
    case '*':
      if (rightNumber !== undefined) return scaled(left, rightNumber)
      if (leftNumber !== undefined) return scaled(right, leftNumber)
      return left.of === 'ratio' ? right : right.of === 'ratio' ? left : plain
    case '/':
      if (rightNumber !== undefined) return scaled(left, 1 / rightNumber)
      return leftNumber === undefined ? shareOf(left, right, isOfOneMetric(binary)) : plain
    case '%':
      return left
    default:
      return plain
  }
}

function sumOf(left: Measure, right: Measure, operator: '+' | '-'): Measure {
  if (left.of === instantOfTime && right.of === instantOfTime) return operator === '-' ? counted('s') : plain
  if (left.of === instantOfTime || right.of === instantOfTime) return left
  const [first, second] = [named(left), named(right)]
  return first.of === second.of && first.each === second.each && first.times === second.times ? first : plain
}

/** Counts of different things have no share: so many spans for a request are no per cent. */
function shareOf(left: Measure, right: Measure, isOfOne: boolean): Measure {
  const times = left.times / right.times
  if (left.each !== right.each) return right.of === '' && right.each === '' ? { ...left, times } : plain
  if (left.of === right.of) return isOfOne || left.of !== '' ? { of: 'ratio', each: '', times } : plain
  return right.of === '' ? { of: left.of, each: '', times } : plain
}

/** In the other direction it is the same unit. */
function scaled(measure: Measure, factor: number): Measure {
  return { ...measure, times: measure.times * Math.abs(factor) }
}

/** A factor leads from one unit to another that has a name; one that leads nowhere stays. */
function named(measure: Measure): Measure {
  const { of, each, times } = measure
  const family = families.find((scales) => of in scales) ?? {}
  const scale = (family[of] ?? 0) / times
  const found = Object.entries(family).find(([, other]) => Math.abs(other / scale - 1) < 1e-9)
  return found === undefined ? measure : counted(found[0], each)
}

function numberOf(expression: Expression): number | undefined {
  switch (expression.kind) {
    case 'number':
      return expression.isDuration ? undefined : expression.value
    case 'paren':
      return numberOf(expression.expression)
    case 'unary': {
      const value = numberOf(expression.expression)
      return value === undefined || expression.operator === '+' ? value : -value
    }
    case 'binary': {
      const [left, right] = [numberOf(expression.left), numberOf(expression.right)]
      if (left === undefined || right === undefined) return undefined
      return expression.operator === '*' ? left * right : expression.operator === '/' ? left / right : undefined
    }
    default:
      return undefined
  }
}

function isOfOneMetric({ left, right }: Binary): boolean {
  const names = new Set([...metricsOf(left), ...metricsOf(right)])
  return names.size === 1 && !names.has('')
}

function metricsOf(expression: Expression): string[] {
  if (expression.kind === 'vector-selector') return [nameOf(expression)]
  return childrenOf(expression).flatMap(metricsOf)
}
