// `npm start [-- --no-demo] [-- <flags of wakeline serve>]`: from a fresh clone to a running system in one command.

import { fork } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Refusal, root, seconds, setUp } from './set-up.mjs'

const demoServices = ['storefront', 'checkout', 'inventory', 'payments']
const visibleTimeoutMs = 90_000
const stopTimeoutMs = 30_000

const argv = process.argv.slice(2)
const demo = !argv.includes('--no-demo')
const givenFlags = argv.filter((word) => word !== '--no-demo')
/** The shop's own objectives, where nothing else is said of any. */
const saysSlos = givenFlags.some((word) => /^--(slos|config)\b/.test(word))
const demoFlags = saysSlos || process.env.WAKELINE_SLOS ? [] : ['--slos', join(root, 'examples/shop/slos.yml')]
const serverFlags = demo && !process.env.WAKELINE_CONFIG ? [...givenFlags, ...demoFlags] : givenFlags

/** Children in the order they were started; they are stopped in the other, each by one signal. */
const running = []
let stopping = false

/**
 * Children get a process group of their own: a terminal's Ctrl-C goes to every process of the group, and npm repeats it,
 * and a second signal means "at once" to them. They stop by themselves when this process is gone.
 */
function start(name, path, flags, env) {
  const child = fork(join(root, path), flags, {
    cwd: process.cwd(),
    env: { ...process.env, ...env },
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  createInterface({ input: child.stderr }).on('line', (line) => showOwnLine(name, line))
  const exited = new Promise((resolve) => child.on('exit', (code) => resolve(code ?? 1)))
  running.push({ child, exited })
  return { child, exited }
}

/** Of a child's structured lines only the warnings and errors; what is not structured, whole. */
function showOwnLine(name, line) {
  let record
  try {
    record = JSON.parse(line)
  } catch {
    console.error(line)
    return
  }
  if (['warn', 'error', 'fatal'].includes(record.level)) console.error(`  ${name}: ${record.message}`)
}

async function stop(exitCode) {
  if (stopping) return
  stopping = true
  for (const { child, exited } of running.reverse()) {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
    const late = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs)
    await exited
    clearTimeout(late)
  }
  process.exit(exitCode)
}

async function startServer() {
  const startMs = Date.now()
  const { child, exited } = start('server', 'packages/server/bin/wakeline.js', ['serve', ...serverFlags], {})
  const ready = new Promise((resolve) => child.on('message', (message) => message.ready && resolve(message.ready)))
  const first = await Promise.race([ready, exited])
  // Why it did not start is on the screen already, in its own words.
  if (typeof first === 'number') process.exit(first || 1)
  exited.then((code) => {
    if (stopping) return
    console.error(`Wakeline has stopped by itself (exit code ${code}).`)
    stop(code || 1)
  })
  console.log(`  server ready in ${seconds(startMs)}, data in ${first.directory}`)
  return first
}

async function startDemo({ ui, otlpHttp, token }) {
  const startMs = Date.now()
  const authorization = token ? { OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer ${encodeURIComponent(token)}` } : {}
  const { exited } = start('demo', 'examples/shop/dist/main.js', [], {
    OTEL_EXPORTER_OTLP_ENDPOINT: otlpHttp,
    ...authorization,
  })
  let gone = false
  exited.then((code) => {
    gone = true
    if (!stopping) console.error(`  demo: it has stopped by itself (exit code ${code}); the server runs on.`)
  })
  console.log('  demo shop started, waiting for its telemetry')
  while (!stopping && !gone && Date.now() - startMs < visibleTimeoutMs) {
    const missing = await missingServices(ui, token, startMs)
    if (missing.length === 0) {
      console.log(`  ${demoServices.join(', ')} visible after ${seconds(startMs)}`)
      return
    }
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  if (!stopping)
    console.error(`  demo: not all of its services are visible after ${seconds(startMs)}; see the UI for which.`)
}

/** What an earlier run has left in the store does not count. */
async function missingServices(ui, token, sinceMs) {
  const response = await fetch(`${ui}/api/v1/services?from=${sinceMs}&to=${Date.now() + 60_000}`, {
    headers: token ? { authorization: `Bearer ${token}` } : {},
  }).catch(() => undefined)
  if (!response?.ok) return demoServices
  const { services } = await response.json()
  return demoServices.filter((name) => !services.some(({ service, requests }) => service === name && requests > 0))
}

function explain({ ui, otlpHttp, otlpGrpc }) {
  const words = demo
    ? [
        'Services shows the rate, errors and duration of the four services of a small shop; open payments to see what a bad deploy does to it every few minutes.',
        'Traces plots every request by its duration: click a slow or red dot to follow it through all four services, and a span to read its log lines.',
        'Logs searches what they wrote, try level>=error, and Metrics charts what they measured, try shop.orders.',
      ]
    : [
        `Point any OpenTelemetry SDK at it with OTEL_EXPORTER_OTLP_ENDPOINT=${otlpHttp} (over gRPC: ${otlpGrpc}), or start ours with start({ serviceName: 'my-service' }).`,
        'The first data appears on the Services page within about a second of being sent.',
        'Ctrl-C stops it, and the next start keeps the data.',
      ]
  console.log(`\n  ${ui}\n\n${words.map((sentence) => `  ${sentence}`).join('\n')}\n`)
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (!stopping) console.log('\n  stopping')
    stop(running.length > 0 ? 0 : 130)
  })
}

// npm runs this under a shell, which dies of a SIGTERM to npm without passing it on.
if (process.env.npm_lifecycle_event) {
  const parent = process.ppid
  setInterval(() => process.ppid !== parent && stop(0), 500).unref()
}

try {
  console.log('Wakeline')
  await setUp()
  if (!stopping) {
    const endpoints = await startServer()
    if (demo && !stopping) await startDemo(endpoints)
    if (!stopping) explain(endpoints)
  }
} catch (error) {
  console.error(error instanceof Refusal ? error.message : error)
  await stop(1)
}
