import type { Failure } from './answer.ts'
import type { Body } from './read-body.ts'
import type { Submit } from './submit.ts'

/**
 * One way of sending telemetry over HTTP: what is put into the table of `protocols.ts` under its path. The receiver
 * around it does what is the same for all: who may send, limits, reading and inflating the body, faults of ours.
 */
export type Protocol = {
  methods: readonly string[]
  /** Media types a body may have; empty where senders give all kinds of them, or none. */
  mediaTypes: readonly string[]
  /** Whether a body without a type is taken for one of them. */
  isTypeOptional?: boolean
  /** The Content-Encoding of a body that does not say, where it is not 'identity'. */
  impliedCoding?(asked: Asked): string
  /** Whether a body in snappy comes as it was sent, unless it is large, to be expanded where it is decoded. */
  takesSnappy?: boolean
  /** Takes a whole request to its answer; a failure goes through `refuse`. */
  receive(received: Received, submit: Submit): Promise<Reply | Failure>
  /** The protocol's own shape of an error. */
  refuse(failure: Failure, asked: Asked): Reply
}

/** What is known before the body has come. */
export type Asked = {
  method: string
  /** Without the query. */
  path: string
  /** What stands behind the question mark, as it was sent. */
  query: string
  /** `application/json; charset=utf-8` without its parameters; '' where there is none. */
  mediaType: string
  header(name: string): string | undefined
}

/** Inflated, unless it `isSnappy`. Not to be changed until the answer. */
export type Received = Asked & Pick<Body, 'sentHash' | 'isSnappy'> & { body: Uint8Array }

export type Reply = {
  status: number
  /** '' where there is no body. */
  mediaType: string
  body: Uint8Array
  headers?: Readonly<Record<string, string>>
}

export function textReply(status: number, text: string, mediaType = 'text/plain; charset=utf-8'): Reply {
  return { status, mediaType, body: Buffer.from(text) }
}

export function jsonReply(status: number, json: unknown): Reply {
  return textReply(status, JSON.stringify(json), 'application/json')
}

export function emptyReply(status: number): Reply {
  return { status, mediaType: '', body: Buffer.alloc(0) }
}
