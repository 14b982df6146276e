import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { NotifyConfig } from '../alert/notifier/config/notify-config.ts'
import { type ReadNotifyConfig, readNotifyConfig } from '../alert/notifier/config/read-notify-config.ts'
import type { NotifySource } from '../api/notifications.ts'

export type NotifyConfigParts = {
  path: string
  /** What holds while no file is named. */
  usual: NotifyConfig
  report: (sentence: string) => void
  /** Hears of each version that is right, and of what is usual when a file is named no longer. */
  taken: (config: NotifyConfig) => void
}

const lookMs = 5000

/** The file of `--notify-config`, read again when it changes. While it has mistakes its last version without goes on. */
export class NotifyConfigFile {
  path: string
  #source: Omit<NotifySource, 'file'> = { errors: [], leftOut: [] }
  readonly #parts: NotifyConfigParts
  #seen: string | undefined
  #looking = Promise.resolve()
  readonly #timer: NodeJS.Timeout

  constructor(parts: NotifyConfigParts) {
    this.#parts = parts
    this.path = parts.path
    this.#timer = setInterval(() => void this.look(), lookMs)
    this.#timer.unref()
  }

  /** One look after another; never fails. */
  look(): Promise<void> {
    this.#looking = this.#looking.then(() => this.#look())
    return this.#looking
  }

  async #look(): Promise<void> {
    const { path } = this
    if (path === '') return this.#leave()
    const { text, read } = await readWhole(path)
    if (`${path}\n${text}` === this.#seen) return
    this.#seen = `${path}\n${text}`
    if ('errors' in read) {
      this.#source = { errors: read.errors, leftOut: this.#source.leftOut }
      for (const error of read.errors) this.#parts.report(error)
      return
    }
    this.#source = { errors: [], leftOut: read.leftOut }
    for (const sentence of read.leftOut) this.#parts.report(sentence)
    this.#parts.taken(read.config)
  }

  #leave(): void {
    if (this.#seen === undefined) return
    this.#seen = undefined
    this.#source = { errors: [], leftOut: [] }
    this.#parts.taken(this.#parts.usual)
  }

  get source(): NotifySource {
    return { file: this.path, ...this.#source }
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#looking
  }
}

/** As it is now, read from the disk. */
export async function readNotifyFile(path: string): Promise<ReadNotifyConfig> {
  return (await readWhole(path)).read
}

async function readWhole(path: string): Promise<{ text: string; read: ReadNotifyConfig }> {
  try {
    const text = await readFile(resolve(path), 'utf8')
    return { text, read: readNotifyConfig(path, text) }
  } catch (error) {
    const why = `Cannot read ${path}: ${error instanceof Error ? error.message : error}`
    return { text: why, read: { errors: [why] } }
  }
}
