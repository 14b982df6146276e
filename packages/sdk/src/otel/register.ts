import { existsSync } from 'node:fs'
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
  trace: { setGlobalTracerProvider(provider: unknown): boolean }
  metrics: { setGlobalMeterProvider(provider: unknown): boolean }
  context: { setGlobalContextManager(manager: unknown): boolean }
  propagation: { setGlobalPropagator(propagator: unknown): boolean }
}

const apiGlobal = Symbol.for('opentelemetry.js.api.1')
const logsGlobal = Symbol.for('io.opentelemetry.js.api.logs')

/**
 * Makes our providers the global ones of `@opentelemetry/api`, when the program has that package. Loading it takes
 * 10-40 ms, so that is left to the program: if it is already loaded its own functions are called (they also bring
 * tracers that were made early to life); if not, what those functions would leave behind is put in place.
 */
export function registerOpenTelemetry(providers: OtelProviders, report: Report): boolean {
  const found = findApi()
  if (found === undefined) return false
  Reflect.set(globalThis, logsGlobal, (version: number) => (version === 1 ? providers.loggers : undefined))
  if (found.loaded !== undefined) return registerLoaded(found.loaded, providers, report)
  const existing: unknown = Reflect.get(globalThis, apiGlobal)
  if (typeof existing === 'object' && existing !== null && 'trace' in existing) {
    report('Cannot register with @opentelemetry/api: another SDK has registered already. Its spans are not ours')
    return false
  }
  const previous = typeof existing === 'object' ? existing : {}
  const { tracers, meters, contexts, propagator } = providers
  const registered = { trace: tracers, metrics: meters, context: contexts, propagation: propagator }
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
  if (registered.every(Boolean)) return true
  report(
    'Cannot register with @opentelemetry/api: another SDK has registered already, or several copies of it are installed',
  )
  return false
}

/** The copy the program would load: seen from its main file, then from the working directory. */
function findApi(): { version: string; loaded: OtelApi | undefined } | undefined {
  for (const from of [process.argv[1], join(process.cwd(), 'package.json')]) {
    if (from === undefined || !isInstalledNear(from)) continue
    try {
      const require = process.getBuiltinModule('node:module').createRequire(from)
      const path = require.resolve('@opentelemetry/api')
      const loaded: unknown = require.cache[path]?.exports
      // The package does not export its package.json.
      const root = path.slice(0, path.lastIndexOf(join('@opentelemetry', 'api')) + '@opentelemetry/api'.length)
      const { version } = require(join(root, 'package.json')) as { version: string }
      if (!/^1\.(9|\d\d)\./.test(version)) continue
      return { version, loaded: isApi(loaded) ? loaded : undefined }
    } catch {
      // Not installed there, which is the usual case.
    }
  }
  return undefined
}

/** A look at the folders Node would look in: its resolver takes milliseconds to say that there is nothing. */
function isInstalledNear(file: string): boolean {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'node_modules', '@opentelemetry', 'api', 'package.json'))) return true
    if (folder === dirname(folder)) return false
  }
}

function isApi(value: unknown): value is OtelApi {
  return typeof value === 'object' && value !== null && 'trace' in value && 'propagation' in value
}
