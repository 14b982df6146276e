import type { AtModifier, Binary, Duration, Expression, LabelMatcher, VectorMatching, VectorSelector } from './ast.ts'
import { isPlainLabelName, isPlainMetricName, printDurationMs, printNumber, quote } from './literals.ts'

/** The canonical text of an expression; it parses to the same expression. */
export function printExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'number':
      return expression.isDuration ? printSeconds(expression.value) : printNumber(expression.value)
    case 'string':
      return quote(expression.value)
    case 'paren':
      return `(${printExpression(expression.expression)})`
    case 'unary':
      return expression.operator + printExpression(expression.expression)
    case 'vector-selector':
      return printSelector(expression) + printModifiers(expression)
    case 'range-selector': {
      const { selector } = expression
      const extension = selector.extension === undefined ? '' : ` ${selector.extension}`
      const { offset, at } = selector
      return `${printSelector(selector)}[${printLength(expression.range)}]${extension}${printAt(at)}${printOffset(offset)}`
    }
    case 'subquery': {
      const step = expression.step === undefined ? '' : printLength(expression.step)
      const suffix = `[${printLength(expression.range)}:${step}]${printAt(expression.at)}${printOffset(expression.offset)}`
      return printExpression(expression.expression) + suffix
    }
    case 'call':
      return `${expression.name}(${expression.args.map(printExpression).join(', ')})`
    case 'aggregation': {
      const { grouping, without, operator, parameter } = expression
      const labels = grouping.map(printLabel).join(', ')
      const modifier = without ? ` without (${labels}) ` : grouping.length > 0 ? ` by (${labels}) ` : ''
      const first = parameter === undefined ? '' : `${printExpression(parameter)}, `
      return `${operator}${modifier}(${first}${printExpression(expression.expression)})`
    }
    case 'binary':
      return printBinary(expression)
  }
}

const printSeconds = (seconds: number): string =>
  seconds < 0 ? `-${printSeconds(-seconds)}` : printDurationMs(Math.round(seconds * 1000))

export const printLabel = (name: string): string => (isPlainLabelName(name) ? name : quote(name))

/** A length alone prints as a duration, whichever way it was written; arithmetic keeps its numbers. */
const printLength = (duration: Duration): string =>
  duration.kind === 'amount' ? printSeconds(duration.seconds) : printDuration(duration)

function printDuration(duration: Duration): string {
  switch (duration.kind) {
    case 'amount':
      return duration.isDuration ? printSeconds(duration.seconds) : printNumber(duration.seconds)
    case 'step':
    case 'range':
      return `${duration.kind}()`
    case 'negative':
      return `-${printDuration(duration.operand)}`
    case 'group':
      return `(${printDuration(duration.operand)})`
    case 'operation': {
      const { operator } = duration
      const [left, right] = [printDuration(duration.left), printDuration(duration.right)]
      return operator === 'min_of' || operator === 'max_of'
        ? `${operator}(${left}, ${right})`
        : `${left} ${operator} ${right}`
    }
  }
}

const printOffset = (offset: Duration | undefined): string =>
  offset === undefined ? '' : ` offset ${printLength(offset)}`

function printAt(at: AtModifier | undefined): string {
  if (at === undefined) return ''
  return at.kind === 'time' ? ` @ ${(at.unixMs / 1000).toFixed(3)}` : ` @ ${at.kind}()`
}

function printModifiers({ at, extension, offset }: VectorSelector): string {
  return printAt(at) + (extension === undefined ? '' : ` ${extension}`) + printOffset(offset)
}

function printSelector({ name, matchers }: VectorSelector): string {
  const isName = (matcher: LabelMatcher): boolean =>
    matcher.name === '__name__' && matcher.operator === '=' && matcher.value === name && name !== ''
  const printed = matchers.filter((matcher) => !isName(matcher)).map(printMatcher)
  return name + (printed.length === 0 ? (name === '' ? '{}' : '') : `{${printed.join(',')}}`)
}

/** Selectors keep their matchers in the order of these texts. */
export const printMatcher = ({ name, operator, value }: LabelMatcher): string =>
  `${isPlainLabelName(name) ? name : quote(name)}${operator}${quote(value)}`

function printBinary({ operator, left, right, returnBool, matching }: Binary): string {
  const bool = returnBool ? ' bool' : ''
  return `${printExpression(left)} ${operator}${bool}${printMatching(matching)} ${printExpression(right)}`
}

function printMatching({ cardinality, on, labels, include, fillLeft, fillRight }: VectorMatching): string {
  const list = (names: readonly string[]): string => `(${names.map(printLabel).join(', ')})`
  const grouped = cardinality === 'many-to-one' || cardinality === 'one-to-many'
  let text = ''
  if (labels.length > 0 || on || grouped) text += ` ${on ? 'on' : 'ignoring'} ${list(labels)}`
  if (grouped) text += ` group_${cardinality === 'many-to-one' ? 'left' : 'right'} ${list(include)}`
  if (fillLeft !== undefined && fillLeft === fillRight) return `${text} fill (${printNumber(fillLeft)})`
  if (fillLeft !== undefined) text += ` fill_left (${printNumber(fillLeft)})`
  if (fillRight !== undefined) text += ` fill_right (${printNumber(fillRight)})`
  return text
}

/** `name{label="value"}` of a series, as results and sentences show it. */
export function printLabels(labels: Iterable<readonly [string, string]>): string {
  let name = ''
  const rest: string[] = []
  for (const [label, value] of labels) {
    if (label === '__name__' && isPlainMetricName(value)) name = value
    else rest.push(label === '__name__' ? quote(value) : `${printLabel(label)}=${quote(value)}`)
  }
  return rest.length === 0 && name !== '' ? name : `${name}{${rest.join(', ')}}`
}
