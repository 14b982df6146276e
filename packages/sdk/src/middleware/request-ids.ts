import { randomFillSync } from 'node:crypto'
import type { RequestIds } from './public.ts'

/** Nothing that could break a log line, a header or a terminal; nothing long. */
const harmless = /^[\w.:@/+=-]{1,128}$/

export function harmlessId(value: unknown): string | undefined {
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
const idsAtOnce = 64
const random = Buffer.allocUnsafeSlow(16 * idsAtOnce)
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
  const hex = randomFillSync(random).toString('hex')
  let text = ''
  for (let at = 0; at < hex.length; at += 32) {
    const variant = '89ab'[Number.parseInt(hex.charAt(at + 16), 16) & 3]
    text += `${hex.slice(at, at + 8)}-${hex.slice(at + 8, at + 12)}-4${hex.slice(at + 13, at + 16)}-${variant}${hex.slice(at + 17, at + 20)}-${hex.slice(at + 20, at + 32)}`
  }
  // Flat, not a tree of pieces: each id is cut out of it.
  return Buffer.from(text, 'latin1').toString('latin1')
}
