import type { Request } from './sender.ts'

/**
 * Sends what is left when there is no event loop any more (`process.exit`, a crash). A worker thread has an event loop
 * of its own; this one waits for it, up to a deadline. See docs/decisions/0020.
 */
export function sendLastWords(requests: readonly Request[], deadlineMs: number): boolean {
  if (requests.length === 0) return true
  const { Worker } = process.getBuiltinModule('node:worker_threads')
  const state = new Int32Array(new SharedArrayBuffer(4))
  try {
    const worker = new Worker(workerSource, {
      eval: true,
      // The program's preloads, flags and output are not wanted in there.
      execArgv: [],
      env: {},
      stdout: true,
      stderr: true,
      workerData: { requests, state, deadlineMs },
    })
    worker.on('error', () => {})
    worker.unref()
  } catch {
    return false
  }
  return Atomics.wait(state, 0, 0, deadlineMs) !== 'timed-out' && state[0] === accepted
}

const accepted = 1

/** Plain CommonJS: it runs as it stands. All requests at once; 1 when all were accepted, 2 when one was not. */
const workerSource = `
const { readFileSync } = require('node:fs')
const { workerData: { requests, state, deadlineMs } } = require('node:worker_threads')
let open = requests.length
let result = 1
const done = (ok) => {
  if (!ok) result = 2
  if (--open > 0) return
  Atomics.store(state, 0, result)
  Atomics.notify(state, 0)
}
for (const { url, headers, body, tls } of requests) {
  const library = require(url.startsWith('https:') ? 'node:https' : 'node:http')
  let settled = false
  const once = (ok) => { if (!settled) { settled = true; done(ok) } }
  try {
    const files = url.startsWith('https:') ? Object.entries(tls ?? {}).filter(([, path]) => path !== undefined) : []
    const pems = Object.fromEntries(files.map(([name, path]) => [name, readFileSync(path)]))
    const request = library.request(url, { ...pems, method: 'POST', agent: false, timeout: deadlineMs, headers: { ...headers, 'content-length': body.reduce((sum, part) => sum + part.length, 0) } }, (response) => {
      response.resume()
      response.on('end', () => once(response.statusCode < 300))
      response.on('error', () => once(false))
    })
    request.on('timeout', () => request.destroy(new Error('timeout')))
    request.on('error', () => once(false))
    for (const part of body) request.write(part)
    request.end()
  } catch {
    once(false)
  }
}
`
