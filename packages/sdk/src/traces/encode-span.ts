import { type AttributeEncoding, writeAttribute, writeAttributes } from '../encode/attributes.ts'
import { cutString, textOf } from '../encode/plain-value.ts'
import type { RecordWriter } from '../encode/record-writer.ts'
import { spanAttributeEntry, writeName } from './shared-attributes.ts'
import { type LinkedSpan, type Span, type SpanEvent, statusCode } from './span.ts'

/**
 * One span as ScopeSpans.spans.
 *
 *     12 length [ 0a trace_id  12 span_id  39 start  41 end  85 01 flags  22 parent_span_id  1a trace_state
 *                 2a name  30 kind  4a attributes*  50 dropped  5a events*  60 dropped
 *                 6a links*  70 dropped  7a status ]
 *
 * First what is another in each span, then what many have alike.
 */
export function writeSpan(writer: RecordWriter, span: Span, how: AttributeEncoding): void {
  const limits = span.tracing.settings
  writer.reserve(128)
  writer.byte(0x12)
  const guess = 400
  const start = writer.open(guess)
  writeHead(writer, span)
  const { attributes, shared } = span
  if (shared !== undefined && shared.name === span.name && shared.kind === span.kind) writer.copy(shared.named)
  else {
    writeName(writer, span.name, span.kind, how)
    if (shared !== undefined) writer.copy(shared.wire)
  }
  for (let i = 0; i < attributes.length; i += 2)
    writeAttribute(writer, spanAttributeEntry, textOf(attributes[i]), attributes[i + 1], how)
  if (span.droppedAttributes > 0) writeCount(writer, 0x50, span.droppedAttributes)
  if (span.events !== undefined) {
    for (const event of span.events) writeEvent(writer, event, how, limits.eventAttributesMax)
    if (span.droppedEvents > 0) writeCount(writer, 0x60, span.droppedEvents)
  }
  if (span.links !== undefined) {
    for (const link of span.links) writeLink(writer, link, how, limits.linkAttributesMax)
    if (span.droppedLinks > 0) writeCount(writer, 0x70, span.droppedLinks)
  }
  if (span.status !== statusCode.unset) writeStatus(writer, span, how)
  writer.close(start, guess)
}

function writeHead(writer: RecordWriter, span: Span): void {
  const identity = span.identity
  writer.reserve(80)
  writer.byte(0x0a)
  writer.byte(16)
  writer.word(identity.a)
  writer.word(identity.b)
  writer.word(identity.c)
  writer.word(identity.d)
  writer.byte(0x12)
  writer.byte(8)
  writer.word(span.idHigh)
  writer.word(span.idLow)
  writer.byte(0x39)
  writer.unixNano(span.startUnixMs)
  writer.byte(0x41)
  writer.unixNano(span.endUnixMs)
  writer.byte(0x85)
  writer.byte(0x01)
  // 0x100: whether the parent is remote is known; 0x200: it is.
  writer.fixed32((span.sampled ? 1 : 0) | (identity.random ? 2 : 0) | 0x100 | (span.parentRemote ? 0x200 : 0))
  if (span.parentHigh !== 0 || span.parentLow !== 0) {
    writer.byte(0x22)
    writer.byte(8)
    writer.word(span.parentHigh)
    writer.word(span.parentLow)
  }
  if (identity.state !== undefined) {
    writer.byte(0x1a)
    writer.string(identity.state)
    writer.reserve(1)
  }
}

function writeCount(writer: RecordWriter, tag: number, count: number): void {
  writer.reserve(8)
  writer.byte(tag)
  writer.varint(count)
}

function writeEvent(writer: RecordWriter, event: SpanEvent, how: AttributeEncoding, attributesMax: number): void {
  writer.reserve(8)
  writer.byte(0x5a)
  const start = writer.open(1000)
  writer.byte(0x09)
  writer.unixNano(event.unixMs)
  writer.byte(0x12)
  writer.string(cutString(textOf(event.name), how.limits.stringMax))
  if (event.attributes !== undefined) {
    const dropped = writeAttributes(writer, 0x1a, event.attributes, how, attributesMax)
    if (dropped > 0) writeCount(writer, 0x20, dropped)
  }
  writer.close(start, 1000)
}

function writeLink(writer: RecordWriter, link: LinkedSpan, how: AttributeEncoding, attributesMax: number): void {
  const { identity, idHigh, idLow, sampled } = link.span
  writer.reserve(64)
  writer.byte(0x6a)
  const start = writer.open(40)
  writer.reserve(48)
  writer.byte(0x0a)
  writer.byte(16)
  writer.word(identity.a)
  writer.word(identity.b)
  writer.word(identity.c)
  writer.word(identity.d)
  writer.byte(0x12)
  writer.byte(8)
  writer.word(idHigh)
  writer.word(idLow)
  if (identity.state !== undefined) {
    writer.byte(0x1a)
    writer.string(identity.state)
  }
  if (link.attributes !== undefined) {
    const dropped = writeAttributes(writer, 0x22, link.attributes, how, attributesMax)
    if (dropped > 0) writeCount(writer, 0x28, dropped)
  }
  writer.reserve(8)
  writer.byte(0x35)
  writer.fixed32(sampled ? 1 : 0)
  writer.close(start, 40)
}

function writeStatus(writer: RecordWriter, span: Span, how: AttributeEncoding): void {
  writer.reserve(8)
  writer.byte(0x7a)
  const message = cutString(span.statusMessage ?? '', how.limits.stringMax)
  const guess = message.length + 6
  const start = writer.open(guess)
  if (message !== '') {
    writer.byte(0x12)
    writer.string(message)
  }
  writer.reserve(2)
  writer.byte(0x18)
  writer.byte(span.status)
  writer.close(start, guess)
}
