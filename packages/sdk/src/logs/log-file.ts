import { closeSync, fstatSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Core } from '../core.ts'
import { messageOf } from '../encode/plain-value.ts'
import { RecordWriter } from '../encode/record-writer.ts'
import { JsonLines } from './json-line.ts'
import { LineOutput } from './line-output.ts'
import { type LogRecord, severityOf } from './log-record.ts'
import type { LogFile, LogFileOptions } from './public.ts'

interface Open {
  readonly fd: number
  readonly output: LineOutput
  bytes: number
}

/**
 * JSON lines in a file that is put away when it is full:
 *
 *     app.log   app.log.1 (the newest put away)   app.log.2 ...   app.log.5 (deleted next)
 */
export class RotatedFile implements LogFile {
  private readonly core: Core
  private readonly options: Required<LogFileOptions>
  private readonly lines: JsonLines
  private readonly severity: number
  private open: Open | undefined = undefined
  private ended = false

  constructor(core: Core, options: Required<LogFileOptions>) {
    this.core = core
    this.options = options
    this.lines = new JsonLines(core.how)
    this.severity = severityOf(options.level) ?? 0
    this.openFile()
  }

  write(record: LogRecord): void {
    if (record.level.severity < this.severity) return
    const writer = new RecordWriter(1024)
    this.lines.write(writer, record)
    const line = writer.bytes.subarray(0, writer.at)
    if (this.open !== undefined && this.open.bytes > 0 && this.open.bytes + line.length > this.options.maxBytes)
      this.rotate()
    if (this.open === undefined) return
    this.open.bytes += line.length
    this.open.output.write(line, this.ended || record.level.severity >= errorSeverity)
  }

  reopen(): void {
    this.closeFile()
    this.openFile()
  }

  stop(): void {
    this.closeFile()
  }

  /** The process ends: what comes now is written at once. */
  end(): void {
    this.ended = true
    this.open?.output.flush()
  }

  private rotate(): void {
    const { path, maxFiles } = this.options
    this.closeFile()
    try {
      rmSync(`${path}.${maxFiles}`, { force: true })
      for (let i = maxFiles - 1; i >= 1; i--) renameIfThere(`${path}.${i}`, `${path}.${i + 1}`)
      if (maxFiles > 0) renameIfThere(path, `${path}.1`)
      else rmSync(path, { force: true })
    } catch (thrown) {
      this.core.report(`Cannot put the log file ${path} away: ${messageOf(thrown)}. It grows on`)
    }
    this.openFile()
  }

  private openFile(): void {
    const { path } = this.options
    try {
      mkdirSync(dirname(path), { recursive: true })
      const fd = openSync(path, 'a')
      const output = new LineOutput(fd, (run, delayMs) => this.core.schedule(run, delayMs))
      this.open = { fd, output, bytes: fstatSync(fd).size }
    } catch (thrown) {
      this.core.report(`Cannot write log lines to ${path}: ${messageOf(thrown)}`)
    }
  }

  private closeFile(): void {
    if (this.open === undefined) return
    const { fd, output } = this.open
    this.open = undefined
    output.flush()
    if (output.dropped > 0) this.core.report(`${output.dropped} writes to the log file ${this.options.path} were lost`)
    closeSync(fd)
  }
}

const errorSeverity = 17

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT')) throw thrown
  }
}
