import { randomFillSync } from 'node:crypto'
import type { PlainText } from '../encode/last-text.ts'
import type { RequestIds } from './public.ts'

/** Nothing that could break a log line, a header or a terminal; nothing long. */
const harmless = /^[\w.:@/+=-]{1,128}$/

function harmlessId(value: unknown): string | undefined {
  return typeof value === 'string' && harmless.test(value) ? value : undefined
}

/** What one request is known by; of ids that were made here, the bytes too. */
export interface KnownIds extends RequestIds {
  readonly made: PlainText | undefined
}

/** The ids a request says it has, and new ones where it says none or something hostile. */
export function readRequestIds(from: { header(name: string): unknown }, trustUserId: boolean): KnownIds {
  const given = harmlessId(from.header('x-request-id'))
  const made = given === undefined ? newId() : undefined
  const requestId = given ?? made?.text ?? ''
  return {
    requestId,
    userId: trustUserId ? harmlessId(from.header('x-user-id')) : undefined,
    correlationId: harmlessId(from.header('x-correlation-id')) ?? requestId,
    made,
  }
}

const idLength = 36
const idsAtOnce = 64
const random = Buffer.allocUnsafeSlow(16 * idsAtOnce)
const hexDigits = Buffer.from('0123456789abcdef')
let view = new DataView(new ArrayBuffer(0))
let texts = ''
let nextId = idsAtOnce

class MadeId implements PlainText {
  readonly text: string
  readonly view: DataView
  readonly start: number
  readonly length: number

  constructor(start: number) {
    this.text = texts.slice(start, start + idLength)
    this.view = view
    this.start = start
    this.length = idLength
  }
}

/** A UUID of version 4, cut out of the text of some: one of `randomUUID` is put together of twenty pieces. */
function newId(): MadeId {
  if (nextId === idsAtOnce) {
    makeIds()
    nextId = 0
  }
  return new MadeId(nextId++ * idLength)
}

function makeIds(): void {
  randomFillSync(random)
  // New ones: requests in progress have those before.
  const bytes = Buffer.allocUnsafeSlow(idLength * idsAtOnce)
  for (let id = 0; id < idsAtOnce; id++) writeId(bytes, id)
  texts = bytes.toString('latin1')
  view = new DataView(bytes.buffer)
}

/** Apart: one long loop is compiled anew each time it is run, and given up at its end. */
function writeId(bytes: Uint8Array, id: number): void {
  let at = id * idLength
  for (let place = 0; place < 16; place++) {
    const byte = random[id * 16 + place] ?? 0
    if (place === 4 || place === 6 || place === 8 || place === 10) bytes[at++] = dash
    const fixed = place === 6 ? (byte & 0x0f) | 0x40 : place === 8 ? (byte & 0x3f) | 0x80 : byte
    bytes[at++] = hexDigits[fixed >>> 4] ?? 0
    bytes[at++] = hexDigits[fixed & 15] ?? 0
  }
}

const dash = 45
