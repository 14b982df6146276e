/** Every status a receiver refuses with, and its google.rpc code. Closed. */
export const rpcCodes = {
  400: 3,
  401: 16,
  403: 7,
  404: 5,
  405: 12,
  413: 8,
  415: 3,
  429: 8,
  500: 13,
  503: 14,
} as const satisfies Record<number, number>

export type RefusedStatus = keyof typeof rpcCodes

/** Thrown while a request is received; one place makes the response of it. The message is a sentence for the sender. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: RefusedStatus
  readonly headers: Readonly<Record<string, string>>

  constructor(status: RefusedStatus, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message)
    this.status = status
    this.headers = headers
  }
}
