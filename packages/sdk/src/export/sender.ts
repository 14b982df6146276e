/** What became of one export request. */
export type SendResult =
  /** `isBodySent`: nothing of the request's body waits any more. A server may answer before it has read all of it. */
  | { kind: 'accepted'; body: Buffer; isBodySent: boolean }
  | { kind: 'retry'; why: string; afterMs: number | undefined }
  | { kind: 'refused'; why: string }

/** Paths of PEM files: whom to trust, and what to show. */
export interface TlsFiles {
  readonly ca?: string | undefined
  readonly cert?: string | undefined
  readonly key?: string | undefined
}

export interface Request {
  readonly url: string
  readonly headers: Record<string, string>
  /** In parts, sent one after the other. */
  readonly body: readonly Uint8Array[]
  readonly timeoutMs: number
  readonly tls?: TlsFiles | undefined
}

export interface Sender {
  /** Rejects when the request cannot be made at all: a file that is not there, a header that cannot be sent. */
  send(request: Request): Promise<SendResult>
  /** True while the program waits for a flush: only then may a socket keep the process alive. */
  hold(held: boolean): void
  stop(): void
}
