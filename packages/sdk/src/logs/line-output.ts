import { RecordWriter } from '../encode/record-writer.ts'

/**
 * Writes lines to a file descriptor: many at a time, synchronously, so that nothing is lost when the program ends.
 * A reader that is slow (a full pipe) costs no blocking: what it does not take waits, up to a bound, then is dropped
 * and counted.
 */
export class LineOutput {
  dropped = 0
  private lines = new RecordWriter(1024)
  private waiting: Buffer | undefined = undefined
  private timer: NodeJS.Timeout | undefined = undefined
  private immediate = false
  private readonly fd: number
  private readonly schedule: (run: () => void, delayMs: number) => NodeJS.Timeout

  constructor(fd: number, schedule: (run: () => void, delayMs: number) => NodeJS.Timeout) {
    this.fd = fd
    this.schedule = schedule
  }

  /** Where the next line is appended, or undefined when a slow reader has left no room: the line is counted as dropped. */
  open(): RecordWriter | undefined {
    if (this.waiting === undefined || this.waiting.length + this.lines.at <= waitingMaxBytes) return this.lines
    this.dropped++
    return undefined
  }

  /** The line is complete. */
  close(now: boolean): void {
    if (now || this.immediate || this.lines.at >= writeAtBytes) this.flush()
    else this.timer ??= this.schedule(() => this.flush(), flushDelayMs)
  }

  write(line: string | Uint8Array, now: boolean): void {
    const writer = this.open()
    if (writer === undefined) return
    if (typeof line === 'string') writer.utf8(line)
    else writer.copy(line)
    this.close(now)
  }

  /** From now on every line is written at once: the event loop is about to stop. */
  writeImmediately(): void {
    this.immediate = true
    this.flushBlocking(blockingMaxMs)
  }

  flush(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    const { lines } = this
    const fresh = lines.at === 0 ? undefined : lines.bytes.subarray(0, lines.at)
    lines.at = 0
    // A buffer is kept for the next lines, one that had to hold very long ones is not.
    if (lines.bytes.length > keptBytes) this.lines = new RecordWriter(writeAtBytes)
    const old = this.waiting
    this.waiting = undefined
    const all = old === undefined ? fresh : fresh === undefined ? old : Buffer.concat([old, fresh])
    if (all === undefined) return
    const left = this.writeSome(all)
    if (left.length > 0) {
      // A copy: the next lines are written in the same place.
      this.waiting = Buffer.from(left)
      this.timer ??= this.schedule(() => this.flush(), flushDelayMs)
    }
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
const writeAtBytes = 16_384
const keptBytes = 65_536
const flushDelayMs = 20
const waitingMaxBytes = 4 * 1024 * 1024
const blockingMaxMs = 1_000
