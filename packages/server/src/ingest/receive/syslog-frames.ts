/**
 * Cuts a TCP stream into messages, as RFC 6587 describes both ways of doing it, told apart by the first byte of each:
 *
 *   octet counting    11 <34>1 ...     a length, a space, that many bytes
 *   lines             <34>Jan ...\n    to the next line feed, or to the NUL that some senders write instead
 */
export class SyslogFrames {
  /** Why nothing more can be read; '' while it can. */
  fault = ''
  #held: Buffer = Buffer.alloc(0)

  add(chunk: Buffer): string[] {
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk])
    const messages: string[] = []
    for (let end = this.#next(messages); end > 0; end = this.#next(messages)) this.#held = this.#held.subarray(end)
    if (this.fault === '' && this.#held.length > messageSizeMaxBytes + 16)
      this.fault = `a message has more than ${messageSizeMaxBytes} bytes`
    return messages
  }

  /** What came without an end. */
  rest(): string {
    return this.#held.toString('utf8').trim()
  }

  /** Takes one message and answers how many bytes it had with its frame, or 0 where it is not all here. */
  #next(messages: string[]): number {
    const first = this.#held[0] ?? 0
    if (this.fault !== '' || this.#held.length === 0) return 0
    if (first < 0x31 || first > 0x39) return this.#nextLine(messages)
    const space = this.#held.subarray(0, 11).indexOf(0x20)
    if (space === -1 && this.#held.length < 11) return 0
    const digits = this.#held.subarray(0, Math.max(space, 0)).toString('latin1')
    if (!/^\d+$/.test(digits)) return this.#nextLine(messages)
    const length = Number(digits)
    if (length > messageSizeMaxBytes) {
      this.fault = `a message has ${length} bytes and the limit is ${messageSizeMaxBytes}`
      return 0
    }
    const end = space + 1 + length
    if (this.#held.length < end) return 0
    messages.push(
      this.#held
        .subarray(space + 1, end)
        .toString('utf8')
        .trimEnd(),
    )
    return end
  }

  #nextLine(messages: string[]): number {
    const feed = this.#held.indexOf(0x0a)
    const nul = this.#held.subarray(0, feed === -1 ? undefined : feed).indexOf(0)
    const found = nul === -1 ? feed : nul
    if (found === -1) return 0
    const line = this.#held.subarray(0, found).toString('utf8').trimEnd()
    if (line !== '') messages.push(line)
    return found + 1
  }
}

const messageSizeMaxBytes = 64 * 1024
