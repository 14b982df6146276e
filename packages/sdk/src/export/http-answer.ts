/** One whole answer of HTTP/1.1. Of a body that is too long only the beginning is kept. */
export interface Answer {
  readonly status: number
  /** By their names in lower case; the last of several with one name. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: Buffer
  /** The connection may be used again. */
  readonly isKept: boolean
}

/** What comes next on the connection. */
type Awaited = 'status' | 'header' | 'body' | 'rest' | 'chunk' | 'chunk end' | 'trailer' | 'nothing'

const lineMaxBytes = 16_384
const headersMax = 1_000
const bodyMaxBytes = 65_536
const none = Buffer.alloc(0)

/**
 * Reads the answer to one POST as its bytes come. Throws, with a sentence, when they are no HTTP.
 *
 *     status line, headers, empty line      once, and before it any number of 1xx
 *     body                                  `content-length` bytes | chunks, trailers | all until the connection closes
 */
export class AnswerReader {
  private awaited: Awaited = 'status'
  private unread: Buffer = none
  private status = 0
  private isOld = false
  private readonly headers = new Map<string, string>()
  private readonly parts: Buffer[] = []
  private keptBytes = 0
  /** Of the body or of its chunk. */
  private leftBytes = 0

  /** Undefined while it is not complete. */
  push(part: Buffer): Answer | undefined {
    this.unread = this.unread.length === 0 ? part : Buffer.concat([this.unread, part])
    while (this.awaited !== 'nothing' && this.unread.length > 0 && this.step());
    return this.awaited === 'nothing' ? this.answer(true) : undefined
  }

  /** The connection was closed: for some answers that is the end. */
  close(): Answer | undefined {
    return this.awaited === 'rest' ? this.answer(false) : undefined
  }

  private answer(isComplete: boolean): Answer {
    const connection = this.headers.get('connection')?.toLowerCase()
    const isWanted = this.isOld ? connection === 'keep-alive' : connection !== 'close'
    const body = Buffer.concat(this.parts)
    // What comes after it was not asked for.
    return {
      status: this.status,
      headers: this.headers,
      body,
      isKept: isComplete && isWanted && this.unread.length === 0,
    }
  }

  /** False when there is too little to go on. */
  private step(): boolean {
    if (this.awaited === 'body' || this.awaited === 'rest') {
      this.takeBody()
      return true
    }
    const end = this.unread.indexOf(lineFeed)
    if (end > lineMaxBytes || (end < 0 && this.unread.length > lineMaxBytes))
      throw new Error(`the answer has a line of more than ${lineMaxBytes} bytes`)
    if (end < 0) return false
    const line = this.unread.toString('latin1', 0, end).replace(/\r$/, '')
    this.unread = this.unread.subarray(end + 1)
    this.takeLine(line)
    return true
  }

  private takeBody(): void {
    const taken = this.awaited === 'rest' ? this.unread : this.unread.subarray(0, this.leftBytes)
    this.unread = this.unread.subarray(taken.length)
    const kept = taken.subarray(0, bodyMaxBytes - this.keptBytes)
    this.parts.push(kept)
    this.keptBytes += kept.length
    this.leftBytes -= taken.length
    if (this.awaited === 'body' && this.leftBytes === 0) this.awaited = this.isChunked ? 'chunk end' : 'nothing'
  }

  private takeLine(line: string): void {
    if (this.awaited === 'status') this.takeStatus(line)
    else if (this.awaited === 'header') this.takeHeader(line)
    else if (this.awaited === 'chunk') this.takeChunk(line)
    else if (this.awaited === 'trailer') this.awaited = line === '' ? 'nothing' : 'trailer'
    else if (line === '') this.awaited = 'chunk'
    else throw new Error('the answer is not HTTP: a chunk is longer than it says')
  }

  private takeStatus(line: string): void {
    const found = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: |$)/.exec(line)
    if (found === null) throw new Error('the answer is not HTTP')
    this.isOld = found[1] === '0'
    this.status = Number(found[2])
    this.awaited = 'header'
  }

  private takeHeader(line: string): void {
    if (line === '') {
      this.begin()
      return
    }
    const colon = line.indexOf(':')
    if (colon <= 0) throw new Error('the answer is not HTTP: it has a header without a name')
    if (this.headers.size >= headersMax) throw new Error(`the answer has more than ${headersMax} headers`)
    this.headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim())
  }

  /** The head is over. */
  private begin(): void {
    const { status, headers } = this
    const length = headers.get('content-length')
    if (status < 200) {
      headers.clear()
      this.awaited = 'status'
    } else if (status === 204 || status === 304) this.awaited = 'nothing'
    else if (this.isChunked) this.awaited = 'chunk'
    else if (length === undefined || headers.has('transfer-encoding')) this.awaited = 'rest'
    else if (/^\d{1,15}$/.test(length)) {
      this.leftBytes = Number(length)
      this.awaited = this.leftBytes === 0 ? 'nothing' : 'body'
    } else throw new Error(`the answer is not HTTP: its length is "${length}"`)
  }

  private get isChunked(): boolean {
    return /(^|[ ,])chunked$/i.test(this.headers.get('transfer-encoding') ?? '')
  }

  private takeChunk(line: string): void {
    const size = /^([0-9a-f]{1,8})[ \t]*(;|$)/i.exec(line)?.[1]
    if (size === undefined) throw new Error('the answer is not HTTP: it has a chunk without a length')
    this.leftBytes = Number.parseInt(size, 16)
    this.awaited = this.leftBytes === 0 ? 'trailer' : 'body'
  }
}

const lineFeed = 10
