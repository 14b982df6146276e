import type { Signal } from './export/exporter.ts'
import type { TlsFiles } from './export/sender.ts'
import { severityOf } from './logs/log-record.ts'
import type { LogLevel, StartOptions } from './public.ts'
import type { Sampler } from './traces/sampler.ts'
import type { SpanLimits } from './traces/tracing.ts'

/** All options, checked and complete. */
export interface Settings {
  disabled: boolean
  serviceName: string
  serviceVersion: string | undefined
  resource: Record<string, string | number | boolean>
  targets: Record<Signal, Target>
  propagators: readonly string[]
  spanLimits: SpanLimits & { stringMax: number }
  exportTimeoutMs: number
  batchMaxBytes: number
  bufferMaxBytes: number
  exitTimeoutMs: number
  sampler: Sampler
  logLevel: LogLevel
  /** By logger's name. */
  logRules: readonly (readonly [string, LogLevel])[]
  logOutput: 'json' | 'pretty' | 'none'
  exported: Record<Signal, boolean>
  instrument: Required<NonNullable<StartOptions['instrument']>>
  seriesMax: number
  seriesExpiryMs: number
  temporality: 'cumulative' | 'delta' | 'lowmemory'
  nativeHistograms: boolean
  /** Values measured in a sampled span refer to it. */
  exemplars: boolean
  attributeLengthMax: number
  attributesMax: number
  handleSignals: boolean
  registerOpenTelemetry: boolean
}

/** Where the batches of one signal go. */
export interface Target {
  readonly url: string
  readonly headers: Record<string, string>
  readonly gzip: boolean
  readonly timeoutMs: number
  /** What waits is sent so often. */
  readonly intervalMs: number
  readonly tls: TlsFiles
  /** OTLP/HTTP as JSON instead of protobuf. */
  readonly json: boolean
  /** `otlp`, `zipkin`, `console`; empty: nothing is exported. */
  readonly to: readonly string[]
  /** Scraped on a port of its own. */
  readonly served: boolean
}

export interface OptionSources {
  readonly env: Record<string, string | undefined>
  readonly isTerminal: boolean
  /** Name and version of the program's package.json, when there is one. */
  readonly package: { name?: string | undefined; version?: string | undefined }
  /** Says what was given and could not be used. */
  wrong(sentence: string): void
}

interface NumberOption {
  readonly option: keyof StartOptions
  readonly variables: readonly string[]
  readonly fallback: number
  readonly min: number
  readonly max: number
}

/** Every option that is a number: its variables, default and bounds. */
export const numberOptions = {
  exportTimeoutMs: num('exportTimeoutMs', ['OTEL_EXPORTER_OTLP_TIMEOUT'], 10_000, 1, 600_000),
  batchDelayMs: num('batchDelayMs', ['WAKELINE_BATCH_DELAY_MS'], 1_000, 10, 600_000),
  batchMaxBytes: num('batchMaxBytes', ['WAKELINE_BATCH_MAX_BYTES'], 524_288, 1_024, 16_777_216),
  bufferMaxBytes: num('bufferMaxBytes', ['WAKELINE_BUFFER_MAX_BYTES'], 8_388_608, 4_096, 1_073_741_824),
  metricIntervalMs: num('metricIntervalMs', [], 10_000, 100, 3_600_000),
  exitTimeoutMs: num('exitTimeoutMs', ['WAKELINE_EXIT_TIMEOUT_MS'], 1_000, 0, 60_000),
  seriesMax: num('seriesMax', ['WAKELINE_SERIES_MAX'], 2_000, 1, 1_000_000),
  seriesExpiryMs: num('seriesExpiryMs', ['WAKELINE_SERIES_EXPIRY_MS'], 3_600_000, 0, 86_400_000),
  attributeLengthMax: num('attributeLengthMax', ['OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT'], 8_192, 16, 1_048_576),
  attributesMax: num('attributesMax', ['OTEL_ATTRIBUTE_COUNT_LIMIT'], 128, 1, 10_000),
  eventsMax: num('eventsMax', ['OTEL_SPAN_EVENT_COUNT_LIMIT'], 128, 0, 10_000),
  linksMax: num('linksMax', ['OTEL_SPAN_LINK_COUNT_LIMIT'], 128, 0, 10_000),
  eventAttributesMax: num('eventAttributesMax', ['OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT'], 128, 0, 10_000),
  linkAttributesMax: num('linkAttributesMax', ['OTEL_LINK_ATTRIBUTE_COUNT_LIMIT'], 128, 0, 10_000),
} as const

function num(
  option: keyof StartOptions,
  variables: readonly string[],
  fallback: number,
  min: number,
  max: number,
): NumberOption {
  return { option, variables, fallback, min, max }
}

export const defaultEndpoint = 'http://127.0.0.1:4318'

/** Code goes over environment, environment over default. A value that cannot be used is said and left out. */
export function readSettings(given: StartOptions, sources: OptionSources): Settings {
  const { env, wrong } = sources
  const target = (signal: Signal) => readTarget(signal, given, sources)
  const targets = { traces: target('traces'), logs: target('logs'), metrics: target('metrics') }
  const limitOf = (record: 'SPAN' | 'LOGRECORD', name: 'attributesMax' | 'attributeLengthMax') => {
    const of = numberOptions[name]
    const own = of.variables.map((variable) => variable.replace('OTEL_', `OTEL_${record}_`))
    return numberOf({ ...of, variables: [...own, ...of.variables] })
  }
  const numberOf = (of: NumberOption) => readNumber(of, given, sources)
  return {
    disabled: env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true',
    ...readResource(given, sources),
    targets,
    propagators: given.propagators ?? listOf(env['OTEL_PROPAGATORS'] ?? 'tracecontext,baggage'),
    spanLimits: {
      attributesMax: limitOf('SPAN', 'attributesMax'),
      stringMax: limitOf('SPAN', 'attributeLengthMax'),
      eventsMax: numberOf(numberOptions.eventsMax),
      linksMax: numberOf(numberOptions.linksMax),
      eventAttributesMax: numberOf(numberOptions.eventAttributesMax),
      linkAttributesMax: numberOf(numberOptions.linkAttributesMax),
    },
    exportTimeoutMs: numberOf(numberOptions.exportTimeoutMs),
    batchMaxBytes: numberOf(numberOptions.batchMaxBytes),
    bufferMaxBytes: numberOf(numberOptions.bufferMaxBytes),
    exitTimeoutMs: numberOf(numberOptions.exitTimeoutMs),
    sampler: readSampler(given, sources),
    ...readLevels(given.logLevel, filled(env['WAKELINE_LOG_LEVEL']), wrong),
    logOutput: readOutput(given.logOutput ?? filled(env['WAKELINE_LOG_OUTPUT']), sources),
    exported: {
      traces: targets.traces.to.length > 0,
      metrics: targets.metrics.to.length > 0,
      logs: targets.logs.to.length > 0,
    },
    instrument: {
      httpServer: true,
      httpClient: true,
      fetch: true,
      process: true,
      channels: true,
      lanes: true,
      ...given.instrument,
    },
    seriesMax: numberOf(numberOptions.seriesMax),
    seriesExpiryMs: numberOf(numberOptions.seriesExpiryMs),
    temporality: readTemporality(given, sources),
    nativeHistograms:
      given.nativeHistograms ??
      filled(env['OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION']) === 'base2_exponential_bucket_histogram',
    exemplars: env['OTEL_METRICS_EXEMPLAR_FILTER'] !== 'always_off',
    attributeLengthMax: limitOf('LOGRECORD', 'attributeLengthMax'),
    attributesMax: limitOf('LOGRECORD', 'attributesMax'),
    handleSignals: given.handleSignals ?? true,
    registerOpenTelemetry: given.registerOpenTelemetry ?? true,
  }
}

function readResource(
  given: StartOptions,
  { env, wrong, package: own }: OptionSources,
): Pick<Settings, 'serviceName' | 'serviceVersion' | 'resource'> {
  const resource: Settings['resource'] = {
    ...parsePairs(env['OTEL_RESOURCE_ATTRIBUTES'], 'OTEL_RESOURCE_ATTRIBUTES', wrong),
    ...(given.environment === undefined ? {} : { 'deployment.environment.name': given.environment }),
    ...given.resource,
  }
  const serviceName = given.serviceName ?? filled(env['OTEL_SERVICE_NAME']) ?? textOf(resource['service.name'])
  return {
    serviceName: serviceName ?? own.name ?? 'unknown_service:node',
    serviceVersion: given.serviceVersion ?? textOf(resource['service.version']) ?? own.version,
    resource,
  }
}

function readNumber(of: NumberOption, given: StartOptions, { env, wrong }: OptionSources): number {
  const variable = of.variables.find((name) => filled(env[name]) !== undefined)
  const value = given[of.option] ?? (variable === undefined ? undefined : Number(env[variable]))
  if (value === undefined) return of.fallback
  if (typeof value === 'number' && value >= of.min && value <= of.max) return value
  const name = given[of.option] === undefined ? variable : of.option
  wrong(`Cannot use ${name}=${String(value)}: it must be a number from ${of.min} to ${of.max}. Using ${of.fallback}`)
  return of.fallback
}

/** How often, and for how long at most, what feeds an exporter sends in OpenTelemetry's SDKs. */
const feeding = {
  traces: { often: 'OTEL_BSP_SCHEDULE_DELAY', long: 'OTEL_BSP_EXPORT_TIMEOUT' },
  logs: { often: 'OTEL_BLRP_SCHEDULE_DELAY', long: 'OTEL_BLRP_EXPORT_TIMEOUT' },
  metrics: { often: 'OTEL_METRIC_EXPORT_INTERVAL', long: 'OTEL_METRIC_EXPORT_TIMEOUT' },
}

/** Of the times for an export, the exporter's own and that of what feeds it, the shorter holds. */
function readTimes(
  signal: Signal,
  variable: string,
  read: (of: NumberOption) => number,
): Pick<Target, 'timeoutMs' | 'intervalMs'> {
  const { often, long } = feeding[signal]
  const timeout = numberOptions.exportTimeoutMs
  const interval = signal === 'metrics' ? numberOptions.metricIntervalMs : numberOptions.batchDelayMs
  const fallback = read({ ...timeout, variables: [variable] })
  return {
    timeoutMs: Math.min(fallback, read({ ...timeout, variables: [long], fallback })),
    intervalMs: read({ ...interval, variables: [...interval.variables, often] }),
  }
}

const exporters = ['otlp', 'console', 'zipkin', 'prometheus']
/** Those that are of one signal. */
const signalOf: Readonly<Record<string, Signal>> = { zipkin: 'traces', prometheus: 'metrics' }

function readTarget(signal: Signal, given: StartOptions, sources: OptionSources): Target {
  const { env, wrong } = sources
  const upper = signal.toUpperCase()
  const variableOf = (what: string) => {
    const own = `OTEL_EXPORTER_OTLP_${upper}_${what}`
    return filled(env[own]) === undefined ? `OTEL_EXPORTER_OTLP_${what}` : own
  }
  const protocol = given.protocol ?? filled(env[variableOf('PROTOCOL')]) ?? 'http/protobuf'
  if (!protocol.startsWith('http/')) wrong(`Cannot export by ${protocol}: known are http/protobuf, http/json`)
  const asked = given.export?.[signal]
  const list = typeof asked === 'boolean' ? (asked ? 'otlp' : 'none') : (asked ?? env[`OTEL_${upper}_EXPORTER`])
  const names = listOf(list ?? 'otlp')
  const known = names.filter((name) => exporters.includes(name) && (signalOf[name] ?? signal) === signal)
  const unknown = names.find((name) => name !== 'none' && !known.includes(name))
  if (unknown !== undefined)
    wrong(
      `Cannot export ${signal} to "${unknown}": known are otlp, console, none, zipkin (traces), prometheus (metrics)`,
    )
  const isZipkin = known.includes('zipkin')
  const file = (what: string) => filled(env[variableOf(what)])
  return {
    url: isZipkin ? (env['OTEL_EXPORTER_ZIPKIN_ENDPOINT'] ?? zipkinEndpoint) : readUrl(signal, given, sources),
    headers: isZipkin ? {} : readHeaders(variableOf('HEADERS'), given, sources),
    gzip: (given.compression ?? env[variableOf('COMPRESSION')]) === 'gzip',
    ...readTimes(signal, variableOf('TIMEOUT'), (of) => readNumber(of, given, sources)),
    tls: { ca: file('CERTIFICATE'), cert: file('CLIENT_CERTIFICATE'), key: file('CLIENT_KEY') },
    json: protocol === 'http/json',
    to: known.filter((name) => name !== 'prometheus'),
    served: known.includes('prometheus'),
  }
}

const zipkinEndpoint = 'http://localhost:9411/api/v2/spans'

function readUrl(signal: Signal, given: StartOptions, { env, wrong }: OptionSources): string {
  const base =
    given.endpoint ?? filled(env['WAKELINE_ENDPOINT']) ?? filled(env['OTEL_EXPORTER_OTLP_ENDPOINT']) ?? defaultEndpoint
  const own =
    given.endpoint === undefined ? filled(env[`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_ENDPOINT`]) : undefined
  const url = own ?? `${base.replace(/\/+$/, '')}/v1/${signal}`
  if (URL.canParse(url) && /^https?:/.test(url)) return url
  wrong(`Cannot export ${signal} to ${url}: it is not an http or https URL. Using ${defaultEndpoint}`)
  return `${defaultEndpoint}/v1/${signal}`
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean)
}

function readHeaders(variable: string, given: StartOptions, { env, wrong }: OptionSources): Record<string, string> {
  const token = given.token ?? filled(env['WAKELINE_TOKEN'])
  const headers: Record<string, string> = {
    ...parsePairs(env[variable], variable, wrong),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...given.headers,
  }
  for (const [name, value] of Object.entries(headers)) {
    if (/^[!#$%&'*+.^_`|~0-9a-z-]+$/i.test(name) && /^[\t\x20-\x7e]*$/.test(value)) continue
    // The value may be a secret: it is not shown.
    wrong(`Cannot send the export header "${name.replace(/[^\x20-\x7e]/g, '?')}": HTTP does not allow its characters`)
    delete headers[name]
  }
  return headers
}

function readSampler(given: StartOptions, { env, wrong }: OptionSources): Sampler {
  const name = filled(env['OTEL_TRACES_SAMPLER']) ?? 'parentbased_always_on'
  const argument = filled(env['OTEL_TRACES_SAMPLER_ARG'])
  const parentBased = given.sampleRatio !== undefined || name.startsWith('parentbased_')
  const kind = name.replace('parentbased_', '')
  const fromEnv = kind === 'always_off' ? 0 : kind === 'traceidratio' && argument !== undefined ? Number(argument) : 1
  if (!['always_on', 'always_off', 'traceidratio'].includes(kind)) {
    wrong(
      `Cannot use OTEL_TRACES_SAMPLER=${name}: known are always_on, always_off, traceidratio, alone or after parentbased_`,
    )
  }
  const ratio = given.sampleRatio ?? fromEnv
  if (ratio >= 0 && ratio <= 1) return { ratio, parentBased }
  wrong(`Cannot sample ${ratio} of the traces: the ratio must be from 0 to 1. Using 1`)
  return { ratio: 1, parentBased }
}

/** `info`, or with rules by logger's name: `info,db=debug,http.*=warn`. */
function readLevels(
  given: string | undefined,
  text: string | undefined,
  wrong: (sentence: string) => void,
): Pick<Settings, 'logLevel' | 'logRules'> {
  const found: { logLevel: LogLevel; logRules: [string, LogLevel][] } = { logLevel: 'info', logRules: [] }
  // What is said in code goes over the level of the variable, not over its rules.
  for (const part of [...(text?.split(',') ?? []), ...(given === undefined ? [] : [given])]) {
    const at = part.lastIndexOf('=')
    const level = part
      .slice(at + 1)
      .trim()
      .toLowerCase()
    if (!isLevel(level))
      wrong(`Cannot use log level ${level}: known are trace, debug, info, warn, error, fatal, silent`)
    else if (at < 0) found.logLevel = level
    else found.logRules.push([part.slice(0, at).trim(), level])
  }
  return found
}

function isLevel(level: string): level is LogLevel {
  return severityOf(level) !== undefined
}

function readTemporality(given: StartOptions, { env, wrong }: OptionSources): Settings['temporality'] {
  const variable = 'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE'
  const wanted = given.temporality ?? filled(env[variable])?.toLowerCase() ?? 'cumulative'
  if (wanted === 'cumulative' || wanted === 'delta' || wanted === 'lowmemory') return wanted
  wrong(`Cannot use ${variable}=${wanted}: known are cumulative, delta, lowmemory. Using cumulative`)
  return 'cumulative'
}

function readOutput(given: string | undefined, sources: OptionSources): Settings['logOutput'] {
  if (given === 'json' || given === 'pretty' || given === 'none') return given
  const fallback = sources.isTerminal ? 'pretty' : 'json'
  if (given !== undefined)
    sources.wrong(`Cannot use log output ${given}: known are json, pretty, none. Using ${fallback}`)
  return fallback
}

/** `key=value,key=value`, percent-encoded. By the specification one bad member spoils all of it. */
export function parsePairs(
  text: string | undefined,
  variable: string,
  wrong: (sentence: string) => void,
): Record<string, string> {
  const pairs: Record<string, string> = {}
  for (const member of text?.split(',') ?? []) {
    if (member.trim() === '') continue
    const at = member.indexOf('=')
    try {
      if (at < 1) throw new Error('it is not key=value')
      pairs[decodeURIComponent(member.slice(0, at).trim())] = decodeURIComponent(member.slice(at + 1).trim())
    } catch (thrown) {
      wrong(`Cannot use ${variable}: its member ${Object.keys(pairs).length + 1}: ${String(thrown)}`)
      return {}
    }
  }
  return pairs
}

function filled(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === '' ? undefined : text.trim()
}

function textOf(value: string | number | boolean | undefined): string | undefined {
  return value === undefined ? undefined : String(value)
}
