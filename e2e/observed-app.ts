import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SdkFolder } from './sdk-program.ts'

/** A service with the SDK, in a process of its own, that can be asked how it is. */
export interface ObservedApp {
  readonly port: number
  figures(): Promise<Figures>
  stop(): Promise<void>
}

export interface Figures {
  readonly heapBytes: number
  readonly rssBytes: number
  readonly externalBytes: number
  readonly sent: number
  readonly dropped: number
  readonly retries: number
}

const program = `import { createServer } from 'node:http'
import { counts, log, start, trace } from 'wakeline'
import { requests } from 'wakeline/http'
start({ serviceName: 'observed', instrument: { httpClient: false, fetch: false }, ...JSON.parse(process.env.APP_OPTIONS) })
const observed = requests()
const answer = (request, response) => {
  response.setHeader('content-type', 'text/plain')
  if (request.url.startsWith('/fail')) { response.statusCode = 500; return response.end('no') }
  trace('work', { n: request.url.length }, () => log.info('in the handler', { path: request.url }))
  response.end('hello')
}
const server = createServer((request, response) => observed(request, response, () => answer(request, response)))
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
process.on('message', () => {
  globalThis.gc(); globalThis.gc()
  const { heapUsed, rss, external, arrayBuffers } = process.memoryUsage()
  const { sent, dropped, retries } = counts()
  process.send({ heapBytes: heapUsed, rssBytes: rss, externalBytes: external + arrayBuffers, sent: sent.traces, dropped: dropped.traces, retries })
})
process.on('disconnect', () => process.exit())
`

export async function startObservedApp(folder: SdkFolder, options: object): Promise<ObservedApp> {
  await writeFile(join(folder.path, 'observed.mjs'), program)
  const env = { PATH: process.env['PATH'] ?? '', APP_OPTIONS: JSON.stringify(options) }
  const stdio: ['ignore', 'ignore', 'ignore', 'ipc'] = ['ignore', 'ignore', 'ignore', 'ipc']
  const child = spawn(process.execPath, ['--expose-gc', 'observed.mjs'], { cwd: folder.path, env, stdio })
  const { port } = await said(child)
  return {
    port: Number(port),
    figures: async () => {
      child.send('figures')
      const figures = await said(child)
      const of = (name: string) => Number(figures[name])
      return {
        heapBytes: of('heapBytes'),
        rssBytes: of('rssBytes'),
        externalBytes: of('externalBytes'),
        sent: of('sent'),
        dropped: of('dropped'),
        retries: of('retries'),
      }
    },
    stop: async () => {
      const closed = once(child, 'close')
      child.kill('SIGKILL')
      await closed
    },
  }
}

async function said(child: ChildProcess): Promise<Record<string, unknown>> {
  const waiting = new AbortController()
  const { signal } = waiting
  const ended = once(child, 'close', { signal }).then(() =>
    Promise.reject(new Error('Cannot ask the app: it has ended')),
  )
  try {
    const [message]: unknown[] = await Promise.race([once(child, 'message', { signal }), ended])
    return Object(message)
  } finally {
    ended.catch(() => {})
    waiting.abort()
  }
}
