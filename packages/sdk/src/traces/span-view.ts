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

/** Attributes as they would be exported: secrets replaced, texts cut. */
export function attributesOf(span: Span, how: AttributeEncoding): Attributes {
  const attributes: Attributes = {}
  const list = span.allAttributes()
  for (let i = 0; i < list.length; i += 2) if (list[i + 1] !== undefined) attributes[String(list[i])] = list[i + 1]
  const plain: Attributes = {}
  return Object.assign(plain, plainValue(attributes, how.keys, how.limits))
}
