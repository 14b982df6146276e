import type { AttributeEncoding } from '../encode/attributes.ts'
import { plainValue } from '../encode/plain-value.ts'
import { hexOfWord } from '../hex.ts'
import type { Attributes } from '../public.ts'
import type { SpanKind } from './public.ts'
import type { Span } from './span.ts'
import { spanKind } from './span-kind.ts'

const kindNames: readonly SpanKind[] = ['internal', 'internal', 'server', 'client', 'producer', 'consumer']

export function kindName(kind: number): SpanKind {
  return kindNames[kind] ?? 'internal'
}

export function kindNumber(kind: SpanKind = 'internal'): number {
  return spanKind[kind]
}

/** Empty for the first span of a trace. */
export function parentIdOf(span: Span): string {
  if (span.parentHigh === 0 && span.parentLow === 0) return ''
  return hexOfWord(span.parentHigh) + hexOfWord(span.parentLow)
}

/** Shared attributes and own ones, each with its value. */
export function entriesOf({ shared, attributes }: Span): [string, unknown][] {
  const all = (shared?.list ?? []).concat(attributes)
  return all.flatMap((key, i) => (i % 2 === 0 && all[i + 1] !== undefined ? [[String(key), all[i + 1]]] : []))
}

/** Attributes as they would be exported: secrets replaced, texts cut. */
export function attributesOf(span: Span, how: AttributeEncoding): Attributes {
  const plain: Attributes = {}
  return Object.assign(plain, plainValue(Object.fromEntries(entriesOf(span)), how.keys, how.limits))
}
