import type { Duration, DurationOperator, Position } from './ast.ts'
import { durationMaxSeconds, parseDurationMs, readNumber } from './literals.ts'
import type { ParseOptions } from './options.ts'
import type { TokenStream } from './token-stream.ts'

/** `5m`, `300`, and with the experimental arithmetic `2*step()` or `(1h-5m)/2`, up to `]` or `:`. */
export function parseRangeDuration(tokens: TokenStream, options: ParseOptions): Duration {
  const duration = sum(tokens)
  refuseArithmetic(tokens, duration, options)
  return asDuration(checkRangeDuration(tokens, duration))
}

/** A number alone is a duration as good as one with units. */
const asDuration = (duration: Duration): Duration =>
  duration.kind === 'amount' ? { ...duration, isDuration: true } : duration

function checkRangeDuration(tokens: TokenStream, duration: Duration): Duration {
  const seconds = constantSeconds(duration)
  if (duration.kind === 'amount' && seconds !== undefined && seconds <= 0) {
    tokens.failAtWrongToken()
    tokens.fail('duration must be greater than 0', duration.position)
  }
  return duration
}

/** After `offset`: one literal with any signs, call or parenthesis. What follows belongs to the expression around it. */
export function parseOffsetDuration(tokens: TokenStream, options: ParseOptions): Duration {
  const duration = signedPrimary(tokens)
  refuseArithmetic(tokens, duration, options)
  return asDuration(duration)
}

function signedPrimary(tokens: TokenStream): Duration {
  const sign = tokens.accept('-', '+')
  if (sign === undefined) return primary(tokens)
  const operand = tokens.inside(() => signedPrimary(tokens))
  return signed(sign.kind, operand, tokens.from(sign.position.start))
}

function refuseArithmetic(tokens: TokenStream, duration: Duration, options: ParseOptions): void {
  if (duration.kind !== 'amount' && !options.durationExpressions)
    tokens.fail('experimental duration expression is not enabled', duration.position)
}

function signed(sign: string, operand: Duration, position: Position): Duration {
  if (sign === '+') return operand
  if (operand.kind === 'amount') return { ...operand, seconds: -operand.seconds, position }
  return { kind: 'negative', operand, position }
}

const levels: readonly (readonly string[])[] = [
  ['+', '-'],
  ['*', '/', '%'],
]

function sum(tokens: TokenStream, level = 0): Duration {
  const operators = levels[level]
  if (operators === undefined) return tokens.inside(() => unary(tokens))
  let left = sum(tokens, level + 1)
  for (;;) {
    const operator = tokens.accept(...operators)
    if (operator === undefined) return left
    const right = sum(tokens, level + 1)
    if (constantSeconds(right) === 0) {
      if (operator.kind === '/') tokens.fail('division by zero', operator.position)
      if (operator.kind === '%') tokens.fail('modulo by zero', operator.position)
    }
    left = operation(operator.kind as DurationOperator, left, right)
  }
}

function operation(operator: DurationOperator, left: Duration, right: Duration): Duration {
  return { kind: 'operation', operator, left, right, position: spanOf(left, right) }
}

const spanOf = (left: Duration, right: Duration): Position => ({ start: left.position.start, end: right.position.end })

/** A sign binds looser than `^`, as everywhere in PromQL. */
function unary(tokens: TokenStream): Duration {
  const sign = tokens.accept('-', '+')
  if (sign !== undefined)
    return signed(
      sign.kind,
      tokens.inside(() => unary(tokens)),
      tokens.from(sign.position.start),
    )
  const base = primary(tokens)
  return tokens.accept('^') === undefined
    ? base
    : operation(
        '^',
        base,
        tokens.inside(() => unary(tokens)),
      )
}

function primary(tokens: TokenStream): Duration {
  const { start } = tokens.here.position
  const literal = tokens.accept('number', 'duration')
  if (literal !== undefined) return amount(tokens, literal.kind === 'duration', literal.text, literal.position)
  const call = tokens.accept('step', 'range', 'min_of', 'max_of')
  if (call !== undefined) {
    tokens.expect('(')
    if (call.kind === 'step' || call.kind === 'range') {
      tokens.expect(')')
      return { kind: call.kind, position: tokens.from(start) }
    }
    const left = sum(tokens)
    tokens.expect(',')
    const right = sum(tokens)
    tokens.expect(')')
    const operator = call.kind === 'min_of' ? 'min_of' : 'max_of'
    return { kind: 'operation', operator, left, right, position: tokens.from(start) }
  }
  if (tokens.accept('(') === undefined) return tokens.unexpected()
  const operand = sum(tokens)
  tokens.expect(')')
  return grouped(operand, tokens.from(start))
}

/** Parentheses around a literal or around others mean nothing, and are not kept. */
function grouped(operand: Duration, position: Position): Duration {
  return operand.kind === 'amount' || operand.kind === 'group' ? operand : { kind: 'group', operand, position }
}

function amount(tokens: TokenStream, isDuration: boolean, text: string, position: Position): Duration {
  if (!isDuration) {
    const value = readNumber(text)
    if (typeof value !== 'number') return tokens.fail(value.error, position)
    if (!(Math.abs(value) <= durationMaxSeconds)) tokens.fail('duration out of range', position)
    return { kind: 'amount', seconds: value, isDuration, position }
  }
  const ms = parseDurationMs(text)
  if (typeof ms !== 'number') return tokens.fail(ms.error, position)
  return { kind: 'amount', seconds: ms / 1000, isDuration, position }
}

/** What the arithmetic comes to where it needs no query, so that a division by zero is found when it is written. */
function constantSeconds(duration: Duration): number | undefined {
  switch (duration.kind) {
    case 'amount':
      return duration.seconds
    case 'negative':
    case 'group': {
      const seconds = constantSeconds(duration.operand)
      return seconds === undefined || duration.kind === 'group' ? seconds : -seconds
    }
    case 'operation': {
      const left = constantSeconds(duration.left)
      const right = constantSeconds(duration.right)
      return left === undefined || right === undefined ? undefined : durationArithmetic(duration.operator, left, right)
    }
    default:
      return undefined
  }
}

export function durationArithmetic(
  operator: DurationOperator | 'min_of' | 'max_of',
  left: number,
  right: number,
): number {
  switch (operator) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    case '/':
      return left / right
    case '%':
      return left % right
    case '^':
      return left ** right
    case 'min_of':
      return Math.min(left, right)
    case 'max_of':
      return Math.max(left, right)
  }
}
