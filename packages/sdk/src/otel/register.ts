import { dirname, join } from 'node:path'
import type { Report } from '../report.ts'
import type { OtelContextManager } from './context-manager.ts'
import type { OtelLoggerProvider } from './logger-provider.ts'
import type { OtelMeterProvider } from './meter-provider.ts'
import type { OtelPropagator } from './propagator.ts'
import type { OtelTracerProvider } from './tracer-provider.ts'

export interface OtelProviders {
  readonly tracers: OtelTracerProvider
  readonly meters: OtelMeterProvider
  readonly loggers: OtelLoggerProvider
  readonly contexts: OtelContextManager
  readonly propagator: OtelPropagator
}

/** What we call of `@opentelemetry/api`. */
interface OtelApi {
  trace: {
    setGlobalTracerProvider(provider: unknown): boolean
    /** Tracers given out early ask it; private, and there in every 1.x. */
    _proxyTracerProvider?: { setDelegate?(provider: unknown): void }
  }
  metrics: { setGlobalMeterProvider(provider: unknown): boolean }
  context: { setGlobalContextManager(manager: unknown): boolean }
  propagation: { setGlobalPropagator(propagator: unknown): boolean }
}

const apiGlobal = Symbol.for('opentelemetry.js.api.1')
const logsGlobal = Symbol.for('io.opentelemetry.js.api.logs')

/**
 * Makes our providers the global ones of `@opentelemetry/api`. Loading that package takes 10-40 ms, so it is left to the
 * program: if it is already loaded its own functions are called (they also bring tracers that were made early to life);
 * if not, what those functions would leave behind is put in place. What is registered stays so after stop(): the
 * providers work on the one state of the process, and tracers handed out go on working after the next start().
 */
export function registerProviders(providers: OtelProviders, report: Report): boolean {
  const found = findApi(report)
  if (found === undefined) return false
  Reflect.set(globalThis, logsGlobal, (version: number) => (version === 1 ? providers.loggers : undefined))
  if (found.loaded !== undefined) return registerLoaded(found.loaded, providers, report)
  const existing: unknown = Reflect.get(globalThis, apiGlobal)
  if (typeof existing === 'object' && existing !== null && 'trace' in existing) {
    report('Cannot register with @opentelemetry/api: another SDK has registered already. Its spans are not ours')
    return false
  }
  const previous = typeof existing === 'object' ? existing : {}
  const { tracers, meters, loggers, contexts, propagator } = providers
  // From 1.10 on, `logs` is one of them.
  const registered = { trace: tracers, metrics: meters, context: contexts, propagation: propagator, logs: loggers }
  Reflect.set(globalThis, apiGlobal, { version: found.version, ...previous, ...registered })
  return true
}

function registerLoaded(api: OtelApi, providers: OtelProviders, report: Report): boolean {
  const registered = [
    api.metrics.setGlobalMeterProvider(providers.meters),
    api.context.setGlobalContextManager(providers.contexts),
    api.propagation.setGlobalPropagator(providers.propagator),
    api.trace.setGlobalTracerProvider(providers.tracers),
  ]
  const logs: unknown = Reflect.get(api, 'logs')
  if (typeof logs === 'object' && logs !== null && 'setGlobalLoggerProvider' in logs)
    Reflect.apply(logs.setGlobalLoggerProvider as () => void, logs, [providers.loggers])
  if (registered.every(Boolean)) return true
  report('Cannot register with @opentelemetry/api: another SDK has registered already. Its spans are not ours')
  return false
}

/** The copy the program would load: seen from its main file, then from the working directory. */
function findApi(report: Report): { version: string; loaded: OtelApi | undefined } | undefined {
  for (const from of [process.argv[1], join(process.cwd(), 'package.json')]) {
    if (from === undefined) continue
    try {
      const require = process.getBuiltinModule('node:module').createRequire(from)
      const path = require.resolve('@opentelemetry/api')
      const loaded: unknown = require.cache[path]?.exports
      const version = versionOf(path)
      if (/^1\.(9|\d\d)\./.test(version)) return { version, loaded: isApi(loaded) ? loaded : undefined }
      report(`Cannot register with @opentelemetry/api ${version}: 1.9 and newer are supported`)
    } catch {
      // Not installed there, which is the usual case.
    }
  }
  return undefined
}

const packageFolder = join('node_modules', '@opentelemetry', 'api')

/** The package does not export its package.json. */
function versionOf(file: string): string {
  const root = file.slice(0, file.lastIndexOf(packageFolder) + packageFolder.length)
  const require = process.getBuiltinModule('node:module').createRequire(file)
  const { version } = require(join(root, 'package.json')) as { version: string }
  return version
}

/**
 * Several copies in one program are the usual reason for spans that silently go nowhere: a copy newer than what is
 * registered takes it for incompatible, and tracers that another copy gave out before start() never hear of it. Hands each
 * copy our provider, declares the newest one's version, and says so. Copies loaded as ES modules cannot be seen.
 */
export function joinCopies(tracers: OtelTracerProvider, report: Report): void {
  const { _cache: cache = {} } = process.getBuiltinModule('node:module') as { _cache?: Record<string, NodeJS.Module> }
  const entry = join(packageFolder, 'build', 'src', 'index.js')
  const copies = Object.entries(cache)
    .filter(([path]) => path.endsWith(entry))
    .map(([path, module]) => ({ path, version: versionOf(path), api: module?.exports as unknown }))
  if (copies.length < 2) return
  for (const { api } of copies) if (isApi(api)) api.trace._proxyTracerProvider?.setDelegate?.(tracers)
  const registered: unknown = Reflect.get(globalThis, apiGlobal)
  if (typeof registered === 'object' && registered !== null && 'version' in registered) {
    const newest = copies.map(({ version }) => version).sort((x, y) => minorOf(y) - minorOf(x))[0] ?? ''
    if (minorOf(newest) > minorOf(String(registered.version))) registered.version = newest
  }
  const list = copies.map(({ version, path }) => `${version} in ${dirname(dirname(dirname(path)))}`).join(', ')
  report(
    `${copies.length} copies of @opentelemetry/api are loaded: ${list}. Meters and loggers that one of them gave out before now record nothing: install one version`,
  )
}

function minorOf(version: string): number {
  return Number(version.split('.')[1])
}

function isApi(value: unknown): value is OtelApi {
  return typeof value === 'object' && value !== null && 'trace' in value && 'propagation' in value
}
