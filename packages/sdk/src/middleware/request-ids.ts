import { randomFillSync } from 'node:crypto'
import type { RequestIds } from './public.ts'

/** Nothing that could break a log line, a header or a terminal; nothing long. */
const harmless = /^[\w.:@/+=-]{1,128}$/

function harmlessId(value: unknown): string | undefined {
  return typeof value === 'string' && harmless.test(value) ? value : undefined
}

/** The ids a request says it has, and new ones where it says none or something hostile. */
export function readRequestIds(from: { header(name: string): unknown }, trustUserId: boolean): RequestIds {
  const requestId = harmlessId(from.header('x-request-id')) ?? newId()
  return {
    requestId,
    userId: trustUserId ? harmlessId(from.header('x-user-id')) : undefined,
    correlationId: harmlessId(from.header('x-correlation-id')) ?? requestId,
  }
}

const idLength = 36
const idsAtOnce = 256
const random = Buffer.allocUnsafeSlow(16 * idsAtOnce)
const bytes = Buffer.allocUnsafeSlow(idLength * idsAtOnce)
const hexDigits = Buffer.from('0123456789abcdef')
let ids = ''
let nextId = idsAtOnce

/** A UUID of version 4, cut out of the text of many: one of `randomUUID` is put together of twenty pieces. */
function newId(): string {
  if (nextId === idsAtOnce) {
    ids = manyIds()
    nextId = 0
  }
  const start = nextId++ * idLength
  return ids.slice(start, start + idLength)
}

function manyIds(): string {
  randomFillSync(random)
  for (let id = 0; id < idsAtOnce; id++) writeId(id)
  return bytes.toString('latin1')
}

/** Apart: one long loop is compiled anew each time it is run, and given up at its end. */
function writeId(id: number): void {
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
