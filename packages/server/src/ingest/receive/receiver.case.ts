import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Store } from '../../store/store.ts'
import { openTestStore } from '../../store/test-store.case.ts'
import { type Ingest, startIngest } from '../ingest.ts'
import { submitOtlp } from '../submit-otlp.ts'
import { testIngestOptions } from '../test-ingest.case.ts'
import { startOtlpHttp } from './otlp-http.ts'
import type { OtlpReceiver } from './otlp-receiver.ts'
import { BodyBudget } from './read-body.ts'
import type { Submit } from './submit.ts'

const MiB = 1024 * 1024

/** For tests: the receiver with everything behind it, down to the real engine in a folder of its own. */
export class TestReceiver {
  readonly #directory: string
  readonly #store: Store
  readonly #ingest: Ingest
  readonly #http: OtlpReceiver

  constructor(parts: { directory: string; store: Store; ingest: Ingest; http: OtlpReceiver }) {
    this.#directory = parts.directory
    this.#store = parts.store
    this.#ingest = parts.ingest
    this.#http = parts.http
  }

  get url(): string {
    return this.#http.url
  }

  get submit(): Submit {
    return submitOtlp(this.#ingest)
  }

  async post(
    path: string,
    body: string | Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; text: string; type: string }> {
    const response = await fetch(this.url + path, { method: 'POST', body, headers })
    return {
      status: response.status,
      text: await response.text(),
      type: response.headers.get('content-type') ?? '',
    }
  }

  /** Rows of the select, once all that was acknowledged is loaded. `{p1:String}` is the one parameter. */
  async rows(sql: string, p1 = ''): Promise<Record<string, unknown>[]> {
    for (;;) {
      const { spans, logs, points, waitingSegments } = this.#ingest.counts()
      // A segment is loaded table by table: its log records may be there before their resources.
      const isLoaded = [spans, logs, points].every(({ accepted, loaded }) => loaded >= accepted)
      if (isLoaded && waitingSegments === 0) break
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    const { rows } = await this.#store.rows<Record<string, unknown>>({ sql, params: { p1 } })
    return rows
  }

  /** Repeats of a batch that were recognised. */
  get duplicatedRequests(): number {
    return this.#ingest.counts().duplicatedRequests
  }

  async close(): Promise<void> {
    await this.#http.stop()
    await this.#ingest.stop()
    await this.#store.close()
    await rm(this.#directory, { recursive: true })
  }
}

export async function openTestReceiver(): Promise<TestReceiver> {
  const directory = await mkdtemp(join(tmpdir(), 'wakeline-receive-'))
  const store = await openTestStore(directory)
  const ingest = await startIngest({
    store,
    directory,
    options: testIngestOptions,
    nowUnixMs: Date.now,
    report: (sentence) => console.error(sentence),
  })
  const http = await startOtlpHttp({
    host: '127.0.0.1',
    port: 0,
    token: '',
    bodySizeMaxBytes: MiB,
    budget: new BodyBudget(4 * MiB),
    connectionsMax: 100,
    requestTimeoutMs: 10_000,
    submit: submitOtlp(ingest),
    onFault: (error) => console.error(error),
  })
  return new TestReceiver({ directory, store, ingest, http })
}
