/**
 * Writes lines to a file descriptor: many at a time, synchronously, so that nothing is lost when the program ends.
 * A reader that is slow (a full pipe) costs no blocking: what it does not take waits, up to a bound, then is dropped
 * and counted.
 */
export class LineOutput {
  dropped = 0
  private text = ''
  private waiting: Buffer | undefined = undefined
  private kept: Buffer | undefined = undefined
  private timer: NodeJS.Timeout | undefined = undefined
  private immediate = false
  private readonly fd: number
  private readonly schedule: (run: () => void, delayMs: number) => NodeJS.Timeout

  constructor(fd: number, schedule: (run: () => void, delayMs: number) => NodeJS.Timeout) {
    this.fd = fd
    this.schedule = schedule
  }

  write(line: string, now: boolean): void {
    if (this.waiting !== undefined && this.waiting.length + this.text.length > waitingMaxBytes) {
      this.dropped++
      return
    }
    this.text += line
    if (now || this.immediate || this.text.length >= writeAtLength) this.flush()
    else this.timer ??= this.schedule(() => this.flush(), flushDelayMs)
  }

  /** From now on every line is written at once: the event loop is about to stop. */
  writeImmediately(): void {
    this.immediate = true
    this.flushBlocking(blockingMaxMs)
  }

  flush(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    const text = this.text
    this.text = ''
    const fresh = text === '' ? undefined : this.encoded(text)
    const old = this.waiting
    this.waiting = undefined
    const all = old === undefined ? fresh : fresh === undefined ? old : Buffer.concat([old, fresh])
    if (all === undefined) return
    const left = this.writeSome(all)
    if (left.length > 0) {
      // A copy: the next lines are encoded in the same place.
      this.waiting = Buffer.from(left)
      this.timer ??= this.schedule(() => this.flush(), flushDelayMs)
    }
  }

  /** In a buffer that is kept: a new one for every flush is fresh memory, and measuring the text first is a second pass. */
  private encoded(text: string): Buffer {
    if (text.length * 3 > keptBytes) return Buffer.from(text, 'utf8')
    this.kept ??= Buffer.allocUnsafeSlow(keptBytes)
    return this.kept.subarray(0, this.kept.write(text, 'utf8'))
  }

  /** Waits for a slow reader, up to a limit. Only for the end of the process. */
  private flushBlocking(maxMs: number): void {
    const deadlineMs = performance.now() + maxMs
    this.flush()
    while (this.waiting !== undefined && performance.now() < deadlineMs) {
      Atomics.wait(pause, 0, 0, 5)
      this.flush()
    }
  }

  /** What could not be written now. A closed reader takes nothing ever again: its lines are dropped. */
  private writeSome(bytes: Buffer): Buffer {
    const { writeSync } = process.getBuiltinModule('node:fs')
    let at = 0
    try {
      while (at < bytes.length) at += writeSync(this.fd, bytes, at)
      return empty
    } catch (thrown) {
      if (thrown instanceof Error && 'code' in thrown && thrown.code === 'EAGAIN') return bytes.subarray(at)
      this.dropped++
      return empty
    }
  }
}

const empty = Buffer.alloc(0)
const pause = new Int32Array(new SharedArrayBuffer(4))
const writeAtLength = 16_384
const keptBytes = 65_536
const flushDelayMs = 20
const waitingMaxBytes = 4 * 1024 * 1024
const blockingMaxMs = 1_000
