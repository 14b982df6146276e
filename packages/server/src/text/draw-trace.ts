import {
  addTo,
  clockName,
  criticalPath,
  prepareTrace,
  type TraceNode,
  type TraceTree,
  traceProblems,
} from '@wakeline/analysis'
import {
  type AttributeValue,
  printAttribute,
  printDuration,
  type SpanRecord,
  type TraceAnswer,
} from '@wakeline/protocol'
import { cut, type Paint, visible } from './paint.ts'
import { printProblem } from './print-problem.ts'

/**
 * A trace as a waterfall of text, for a terminal or an agent:
 *
 *     4bf92f3577b34da6a3ce929d0e0e4736 · 4 spans · 3 services · 1 error · 1.24 s · 2026-11-22T14:05:09.123Z
 *     POST /checkout (storefront)   ████━━━━━━━━━━━━━━━━━━━━━━━━  1.24 s
 *       GET /items (cart)               ━━━━━━                    240 ms
 *       POST /pay (payments)                  ████████████████    820 ms  error: card declined
 *
 * `█` is the critical path: what the caller was waiting for.
 */
export type Drawing = {
  /** Columns of the terminal. */
  width: number
  paint: Paint
  /** Rows at most; what is left out is said. */
  rowsMax: number
}

type Node = TraceNode<SpanRecord>

const nameShare = 0.4
const barMin = 10

export function drawTrace(answer: TraceAnswer, drawing: Drawing): string {
  const clockOf = ({ resourceId }: SpanRecord) => clockName(resourceId, answer.resources[resourceId]?.attributes)
  const { tree } = prepareTrace(answer.spans, { clockOf })
  const rows = tree.rows.slice(0, drawing.rowsMax)
  const names = rows.map(nameOf)
  const longest = names.reduce((most, name) => Math.max(most, [...name].length), 0)
  const nameWidth = Math.min(longest, Math.max(20, Math.floor(drawing.width * nameShare)))
  const barWidth = Math.max(barMin, drawing.width - nameWidth - 14)
  const onPath = pathOf(tree)
  const lines = rows.map((node, index) => {
    const name = cut(names[index] ?? '', nameWidth).padEnd(nameWidth)
    const bar = drawBar(node, tree.durationNano, barWidth, onPath.get(node.span) ?? [])
    const failed = node.span.status === 'error'
    const why = failed ? `  ${drawing.paint('red', `error${whyFailed(node.span)}`)}` : ''
    return `${failed ? drawing.paint('red', name) : name}  ${bar}  ${printDuration(node.span.durationNano).padStart(7)}${why}`
  })
  return [
    headline(answer, tree, drawing.paint),
    ...lines,
    ...leftOut(answer, tree, rows.length),
    ...problemLines(tree, drawing.paint),
  ].join('\n')
}

function headline(answer: TraceAnswer, tree: TraceTree<SpanRecord>, paint: Paint): string {
  const services = new Set(answer.spans.map((span) => span.service)).size
  const errors = answer.spans.filter((span) => span.status === 'error').length
  const start = new Date(Number(tree.startUnixNano / 1_000_000n)).toISOString()
  const count = (n: number, noun: string) => `${n} ${noun}${n === 1 ? '' : 's'}`
  return [
    paint('bold', answer.traceId),
    count(answer.spansTotal, 'span'),
    count(services, 'service'),
    ...(errors > 0 ? [paint('red', count(errors, 'error'))] : []),
    printDuration(tree.durationNano),
    start,
  ].join(' · ')
}

function leftOut(answer: TraceAnswer, tree: TraceTree<SpanRecord>, drawn: number): string[] {
  const missing = tree.roots.filter((root) => root.missingParent).length
  const rest = answer.spansTotal - drawn
  return [
    ...(rest > 0 ? [`${rest} more spans are not drawn.`] : []),
    ...(missing > 0 ? [`${missing} of these spans name a parent that has not arrived.`] : []),
  ]
}

/** What is wrong in it, as its page says it. */
function problemLines({ rows, roots }: TraceTree<SpanRecord>, paint: Paint): string[] {
  return traceProblems(rows, roots).flatMap((problem) => {
    const first = problem.spans[0]?.span.spanId ?? ''
    return ['', ...printProblem(problem, { paint, more: `from span ${first} on` })]
  })
}

function nameOf({ span, depth, missingParent }: Node): string {
  const apart = missingParent ? '(parent missing) ' : ''
  return `${'  '.repeat(Math.min(depth, 20))}${apart}${visible(span.name)} (${visible(span.service)})`
}

function whyFailed(span: SpanRecord): string {
  const message: AttributeValue =
    span.statusMessage ||
    span.events.find(({ name }) => name === 'exception')?.attributes['exception.message'] ||
    span.attributes['error.type'] ||
    ''
  return message === '' ? '' : `: ${visible(printAttribute(message)).replaceAll('\n', ' ')}`
}

type Stretch = { fromNano: number; toNano: number }

function pathOf(tree: TraceTree<SpanRecord>): Map<SpanRecord, Stretch[]> {
  const found = new Map<SpanRecord, Stretch[]>()
  for (const { span, fromNano, toNano } of criticalPath(tree.roots)) addTo(found, span, { fromNano, toNano })
  return found
}

/** Every span is at least one column wide, so that none is invisible. */
function drawBar(node: Node, totalNano: number, width: number, path: readonly Stretch[]): string {
  const column = (nano: number) => (totalNano === 0 ? 0 : Math.floor((nano / totalNano) * width))
  const columns = new Array<string>(width).fill(' ')
  const draw = (fromNano: number, toNano: number, mark: string) => {
    const from = Math.min(column(fromNano), width - 1)
    columns.fill(mark, from, Math.max(from + 1, column(toNano)))
  }
  draw(node.offsetNano, node.offsetNano + node.span.durationNano, '━')
  for (const { fromNano, toNano } of path) draw(fromNano, toNano, '█')
  return columns.join('')
}
