import type { Attributes } from '@wakeline/protocol'
import type { PathSpan } from '../critical-path.ts'
import type { TraceNode } from '../trace-tree.ts'

/** What a detector reads of a span. Attributes under the names of OpenTelemetry's conventions, the old ones or the new. */
export type ProblemSpan = PathSpan & { service: string; name: string; status: string; attributes: Attributes }
export type ProblemNode<Span extends ProblemSpan> = TraceNode<Span>

export const problemKinds = [
  'repeat.sequential',
  'repeat.interleaved',
  'repeat.deep',
  'retry.repeated',
  'retry.storm',
  'serial.independent',
  'db.slow',
  'pool.wait',
  'fanout',
  'payload.large',
  'chatty.edge',
  'cache.stampede',
] as const
export type ProblemKind = (typeof problemKinds)[number]

/** What is said of a problem, in one trace or on the whole over many. */
export type ProblemFigures = {
  kind: ProblemKind
  /** Whose code it is in. */
  service: string
  /** The operation that does it: name of the span above. */
  within: string
  /** What is done too often or takes too long, without values that differ from one time to the next. */
  subject: string
  /** Calls, attempts, or spans that it is made of. */
  count: number
  /** What those took together. */
  totalNano: number
  /** How much sooner the trace would have ended without it, roughly; undefined where that cannot be told. */
  savingNano?: number
  /** More of it, for the sentence: bytes, waits between attempts. */
  detail?: string
}

export type Problem<Span extends ProblemSpan> = ProblemFigures & {
  /** In the order of their starts; the first is what a link leads to. */
  spans: ProblemNode<Span>[]
}

/** The same problem in two traces has the same key. */
export function problemKey({ kind, service, within, subject }: ProblemFigures): string {
  return JSON.stringify([kind, service, within, subject])
}

export function totalNanoOf(nodes: readonly { span: { durationNano: number } }[]): number {
  return nodes.reduce((sum, { span }) => sum + span.durationNano, 0)
}

export function endOf(node: { offsetNano: number; span: { durationNano: number } }): number {
  return node.offsetNano + node.span.durationNano
}
