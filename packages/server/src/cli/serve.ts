import { startServer } from '../main.ts'
import { flagName, type Options, optionNames, optionTable } from '../options.ts'
import { type OwnLog, openOwnLog } from './own-log.ts'
import { printFailure } from './print-failure.ts'
import { readOptions } from './read-options.ts'
import { stopSignal } from './stop-signal.ts'

/**
 * `wakeline serve`: where it listens goes to stdout for people, its own lines to stderr as JSON. A process that was
 * started by fork tells its parent `{ ready: { ui, otlpHttp, otlpGrpc, directory, token } }`, and stops when the parent is gone.
 */
export async function runServe(argv: readonly string[], version: string): Promise<number> {
  const read = readOptions({ argv, env: process.env })
  if ('errors' in read) {
    for (const error of read.errors) console.error(error)
    return 2
  }
  const { options, configPath, warnings } = read
  const log = openOwnLog((line) => process.stderr.write(line))
  for (const warning of warnings) log('warn', warning)
  const startMs = performance.now()
  let hurry = (): void => process.exit(1)
  const stopped = stopSignal(() => hurry())
  const server = await startServer({ options, version, nowUnixMs: Date.now, report: log }).catch((error: unknown) => {
    printFailure(error)
    return undefined
  })
  if (!server) return 1
  const { ui, otlpHttp, otlpGrpc, directory } = server
  log('info', 'ready', { version, ui, otlpHttp, otlpGrpc, directory, startMs: Math.round(performance.now() - startMs) })
  console.log(
    `Wakeline ${version} is ready.\n  UI and API  ${ui}\n  OTLP/HTTP   ${otlpHttp}\n  OTLP/gRPC   ${otlpGrpc}\n  data        ${directory}`,
  )
  process.send?.({ ready: { ui, otlpHttp, otlpGrpc, directory, token: options.token } })
  let current = options
  process.on('SIGHUP', () => {
    current = reload({ argv, configPath, current, apply: server.reload, log })
  })

  const reason = await stopped
  log('info', 'stopping', { reason })
  hurry = () => {
    log('warn', 'stopped at once by a second signal; what is acknowledged is loaded by the next start')
    process.exit(1)
  }
  await server.stop()
  log('info', 'stopped')
  return 0
}

type Reload = {
  argv: readonly string[]
  configPath: string
  current: Options
  apply: (options: Options) => void
  log: OwnLog
}

/** Takes over what can change while running, and says what cannot. A file with a mistake changes nothing. */
function reload({ argv, configPath, current, apply, log }: Reload): Options {
  const read = readOptions({ argv, env: process.env })
  if ('errors' in read) {
    for (const error of read.errors) log('error', `The options stay as they are. ${error}`)
    return current
  }
  const changed = optionNames.filter((name) => read.options[name] !== current[name])
  const live = changed.filter((name) => optionTable[name].reload)
  const later = changed.filter((name) => !optionTable[name].reload)
  apply(read.options)
  log('info', 'reloaded', { config: configPath, changed: live.map(flagName) })
  if (later.length > 0) log('warn', `These options need a restart: ${later.map(flagName).join(', ')}.`)
  const kept = Object.fromEntries(later.map((name) => [name, current[name]]))
  return { ...read.options, ...kept }
}
