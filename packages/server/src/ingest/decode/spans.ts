import { otlp, wireType } from '@wakeline/protocol'
import { isSpanShed } from '../shedding.ts'
import { readAttribute, readAttributes } from './attributes.ts'
import type { Decoding } from './decoding.ts'
import { checkId } from './ids.ts'
import { readTime } from './times.ts'

const { span, spanEvent, spanLink, spanStatus } = otlp
const { bytes, varint, fixed32, fixed64 } = wireType

/** What one span holds, by place in the body where it is long. The absent is 0. */
export class SpanRegister {
  traceAt = 0
  traceLength = 0
  idAt = 0
  idLength = 0
  parentAt = 0
  parentLength = 0
  stateAt = 0
  stateLength = 0
  nameAt = 0
  nameLength = 0
  messageAt = 0
  messageLength = 0
  startLow = 0
  startHigh = 0
  endLow = 0
  endHigh = 0
  kind = 0
  status = 0
  flags = 0
  dropped = 0
  droppedEvents = 0
  droppedLinks = 0
  events = 0
  links = 0

  clear(): void {
    this.traceLength = this.idLength = this.parentLength = this.stateLength = 0
    this.nameLength = this.messageLength = 0
    this.startLow = this.startHigh = this.endLow = this.endHigh = 0
    this.kind = this.status = this.flags = 0
    this.dropped = this.droppedEvents = this.droppedLinks = this.events = this.links = 0
  }
}

/** Decodes the span that ends at `end` and appends it, or rejects it and leaves nothing of it behind. */
export function decodeSpan(decoding: Decoding, register: SpanRegister, end: number): void {
  const { reader } = decoding
  const { spans } = decoding.blocks
  const rows = spans.rows
  register.clear()
  decoding.letters.clear()
  readEntries(decoding, register, end)
  reader.close(end)
  checkIds(decoding, register)
  if (decoding.shedLevel > 0 && reader.fault === undefined && isShed(decoding, register)) {
    spans.truncate(rows)
    decoding.shed += 1
    return
  }
  if (reader.fault === undefined) append(decoding, register)
  if (reader.fault === undefined) decoding.accepted += 1
  else {
    spans.truncate(rows)
    decoding.reject('span', end)
  }
}

function isShed({ shedLevel, view }: Decoding, { status, traceAt }: SpanRegister): boolean {
  return isSpanShed(shedLevel, status, view.getUint32(traceAt + 12))
}

/** The entries of a span, in order of how often they come. */
function readEntries(decoding: Decoding, register: SpanRegister, end: number): void {
  const { reader } = decoding
  while (reader.at < end) {
    const key = reader.varint32()
    switch (key) {
      case (span.attributes << 3) | bytes:
        readAttributes(decoding, decoding.blocks.spans.columns.attributes, decoding.letters, key, end)
        break
      case (span.traceId << 3) | bytes:
        register.traceAt = reader.range()
        register.traceLength = reader.length
        break
      case (span.spanId << 3) | bytes:
        register.idAt = reader.range()
        register.idLength = reader.length
        break
      case (span.parentSpanId << 3) | bytes:
        register.parentAt = reader.range()
        register.parentLength = reader.length
        break
      case (span.name << 3) | bytes:
        register.nameAt = reader.range()
        register.nameLength = reader.length
        break
      case (span.kind << 3) | varint:
        register.kind = reader.varint32()
        break
      case (span.startTimeUnixNano << 3) | fixed64:
        readTime(reader)
        register.startLow = reader.low
        register.startHigh = reader.high
        break
      case (span.endTimeUnixNano << 3) | fixed64:
        readTime(reader)
        register.endLow = reader.low
        register.endHigh = reader.high
        break
      default:
        readRareEntry(decoding, register, key)
    }
  }
}

function readRareEntry(decoding: Decoding, register: SpanRegister, key: number): void {
  const { reader } = decoding
  switch (key) {
    case (span.status << 3) | bytes:
      readStatus(decoding, register)
      return
    case (span.flags << 3) | fixed32:
      register.flags = reader.fixed32()
      return
    case (span.events << 3) | bytes:
      readEvent(decoding, register)
      return
    case (span.links << 3) | bytes:
      readLink(decoding, register)
      return
    case (span.traceState << 3) | bytes:
      register.stateAt = reader.range()
      register.stateLength = reader.length
      return
    case (span.droppedAttributesCount << 3) | varint:
      register.dropped = reader.varint32()
      return
    case (span.droppedEventsCount << 3) | varint:
      register.droppedEvents = reader.varint32()
      return
    case (span.droppedLinksCount << 3) | varint:
      register.droppedLinks = reader.varint32()
      return
    default:
      if (key >>> 3 >= span.traceId && key >>> 3 <= span.flags) reader.refuseWireType(key)
      else reader.skip(key)
  }
}

function readStatus({ reader }: Decoding, register: SpanRegister): void {
  const end = reader.lengthEnd()
  while (reader.at < end) {
    const key = reader.varint32()
    if (key === ((spanStatus.code << 3) | varint)) register.status = reader.varint32()
    else if (key === ((spanStatus.message << 3) | bytes)) {
      register.messageAt = reader.range()
      register.messageLength = reader.length
    } else if (key >>> 3 === spanStatus.code || key >>> 3 === spanStatus.message) reader.refuseWireType(key)
    else reader.skip(key)
  }
  reader.close(end)
}

function readEvent(decoding: Decoding, register: SpanRegister): void {
  const { reader, innerLetters } = decoding
  const { events, ts } = decoding.blocks.spans.columns
  const { elements } = events
  const end = reader.lengthEnd()
  register.events += 1
  if (register.events > decoding.limits.eventsMax) {
    register.droppedEvents += 1
    reader.at = end
    return
  }
  events.fill(ts.count)
  innerLetters.clear()
  let [low, high, nameAt, nameLength, dropped] = [0, 0, 0, 0, 0]
  while (reader.at < end) {
    const key = reader.varint32()
    switch (key) {
      case (spanEvent.timeUnixNano << 3) | fixed64:
        readTime(reader)
        low = reader.low
        high = reader.high
        break
      case (spanEvent.name << 3) | bytes:
        nameAt = reader.range()
        nameLength = reader.length
        break
      case (spanEvent.attributes << 3) | bytes:
        readAttribute(decoding, elements.attributes, innerLetters)
        break
      case (spanEvent.droppedAttributesCount << 3) | varint:
        dropped = reader.varint32()
        break
      default:
        if (key >>> 3 >= spanEvent.timeUnixNano && key >>> 3 <= spanEvent.droppedAttributesCount)
          reader.refuseWireType(key)
        else reader.skip(key)
    }
  }
  reader.close(end)
  if (reader.fault !== undefined) return
  elements.ts.append(low, high)
  decoding.appendText(elements.name, nameAt, nameLength)
  elements.attributes.endRow()
  innerLetters.appendTo(elements.attribute_types)
  elements.dropped_attributes.append(dropped + innerLetters.dropped)
}

class LinkRegister {
  traceAt = 0
  traceLength = 0
  idAt = 0
  idLength = 0
  stateAt = 0
  stateLength = 0
  flags = 0
  dropped = 0
}

function readLink(decoding: Decoding, register: SpanRegister): void {
  const { reader, innerLetters } = decoding
  const end = reader.lengthEnd()
  register.links += 1
  if (register.links > decoding.limits.eventsMax) {
    register.droppedLinks += 1
    reader.at = end
    return
  }
  const { links, ts } = decoding.blocks.spans.columns
  const { elements } = links
  links.fill(ts.count)
  innerLetters.clear()
  const link = new LinkRegister()
  while (reader.at < end) readLinkEntry(decoding, link)
  reader.close(end)
  checkId(reader, 'trace id of a link', link.traceAt, link.traceLength, 16)
  checkId(reader, 'span id of a link', link.idAt, link.idLength, 8)
  if (reader.fault !== undefined) return
  elements.trace_id.append(decoding.view, link.traceAt)
  elements.span_id.append(decoding.view, link.idAt)
  decoding.appendText(elements.trace_state, link.stateAt, link.stateLength)
  elements.flags.append(link.flags)
  elements.attributes.endRow()
  innerLetters.appendTo(elements.attribute_types)
  elements.dropped_attributes.append(link.dropped + innerLetters.dropped)
}

function readLinkEntry(decoding: Decoding, link: LinkRegister): void {
  const { reader } = decoding
  const key = reader.varint32()
  switch (key) {
    case (spanLink.traceId << 3) | bytes:
      link.traceAt = reader.range()
      link.traceLength = reader.length
      return
    case (spanLink.spanId << 3) | bytes:
      link.idAt = reader.range()
      link.idLength = reader.length
      return
    case (spanLink.traceState << 3) | bytes:
      link.stateAt = reader.range()
      link.stateLength = reader.length
      return
    case (spanLink.attributes << 3) | bytes:
      readAttribute(decoding, decoding.blocks.spans.columns.links.elements.attributes, decoding.innerLetters)
      return
    case (spanLink.droppedAttributesCount << 3) | varint:
      link.dropped = reader.varint32()
      return
    case (spanLink.flags << 3) | fixed32:
      link.flags = reader.fixed32()
      return
    default:
      if (key >>> 3 >= spanLink.traceId && key >>> 3 <= spanLink.flags) reader.refuseWireType(key)
      else reader.skip(key)
  }
}

function checkIds({ reader }: Decoding, register: SpanRegister): void {
  if (reader.fault !== undefined) return
  checkId(reader, 'trace id', register.traceAt, register.traceLength, 16)
  checkId(reader, 'span id', register.idAt, register.idLength, 8)
  const parent = register.parentLength
  if (parent !== 0 && parent !== 8)
    reader.fail(`its parent span id has ${parent} bytes instead of 8`, register.parentAt)
}

/** What is nothing in most spans is left out; where they come from is filled in behind them. */
function append(decoding: Decoding, register: SpanRegister): void {
  const { view, letters } = decoding
  const { columns } = decoding.blocks.spans
  takeAbsentTimes(decoding, register)
  appendRare(decoding, register, columns.ts.count)
  columns.ts.append(register.startLow, register.startHigh)
  columns.name.append(view, register.nameAt, decoding.kept(register.nameAt, register.nameLength))
  columns.kind.append(register.kind <= 255 ? register.kind : 0)
  columns.status.append(register.status <= 255 ? register.status : 0)
  const borrow = register.endLow >>> 0 < register.startLow >>> 0 ? 1 : 0
  columns.duration.append(
    (register.endLow - register.startLow) | 0,
    (register.endHigh - register.startHigh - borrow) | 0,
  )
  columns.trace_id.append(view, register.traceAt)
  columns.span_id.append(view, register.idAt)
  if (register.parentLength === 0) columns.parent_span_id.appendZeros()
  else columns.parent_span_id.append(view, register.parentAt)
  columns.attributes.endRow()
  letters.appendTo(columns.attribute_types)
}

function appendRare(decoding: Decoding, register: SpanRegister, row: number): void {
  const { columns } = decoding.blocks.spans
  if (register.messageLength > 0) {
    columns.status_message.fill(row)
    decoding.appendText(columns.status_message, register.messageAt, register.messageLength)
  }
  if (register.stateLength > 0) {
    columns.trace_state.fill(row)
    decoding.appendText(columns.trace_state, register.stateAt, register.stateLength)
  }
  columns.flags.appendSome(row, register.flags)
  columns.dropped_attributes.appendSome(row, register.dropped + decoding.letters.dropped)
  columns.dropped_events.appendSome(row, register.droppedEvents)
  columns.dropped_links.appendSome(row, register.droppedLinks)
}

/** A start that was not given is the end, or else the arrival; an end that was not given is the start. */
function takeAbsentTimes(decoding: Decoding, register: SpanRegister): void {
  const hasStart = (register.startLow | register.startHigh) !== 0
  const hasEnd = (register.endLow | register.endHigh) !== 0
  if (!hasStart) {
    register.startLow = hasEnd ? register.endLow : decoding.nowLow
    register.startHigh = hasEnd ? register.endHigh : decoding.nowHigh
  }
  if (!hasEnd) {
    register.endLow = register.startLow
    register.endHigh = register.startHigh
  }
}
