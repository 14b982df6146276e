import { dirname, resolve } from 'node:path'
import { type Mapping, YamlInput } from '../../base/yaml-input.ts'
import type {
  Authorization,
  FileDiscovery,
  ScrapeConfig,
  ScrapeProtocol,
  Secret,
  TargetGroup,
  TlsConfig,
} from './config.ts'
import { readRelabelRules } from './read-relabel.ts'
import { readTargetGroup } from './read-target-group.ts'

/**
 * Reads `global` and `scrape_configs` of a Prometheus configuration, with Prometheus' names, defaults and checks.
 * https://prometheus.io/docs/prometheus/latest/configuration/configuration/
 *
 * Everything wrong is said at once, with its line. What belongs to Prometheus and has no meaning here (rules, remote
 * write, storage) is passed over with a warning, so that a prometheus.yml that is there can be used as it is.
 */
export type ReadScrapeConfigs = { configs: ScrapeConfig[]; warnings: string[] } | { errors: string[] }

type Globals = {
  intervalMs: number
  timeoutMs: number
  protocols: readonly ScrapeProtocol[] | undefined
  isNativeWanted: boolean
  alwaysClassic: boolean
  limits: Limits
  folder: string
}

/** `otherNames`: what else may stand on the top level of this file, read by someone else. */
export function readScrapeConfigs(path: string, text: string, otherNames: readonly string[] = []): ReadScrapeConfigs {
  const input = new YamlInput(path, text)
  if (input.root === undefined)
    return input.errors.length > 0 ? { errors: input.errors } : { configs: [], warnings: [] }
  const file = input.mapping(input.root, 'the configuration')
  const warnings: string[] = []
  for (const name of [...otherNames, ...notHere]) {
    if (notHere.includes(name) && file.has(name) && !otherNames.includes(name))
      warnings.push(`"${name}" in ${path} is not used: here only global and scrape_configs are`)
    file.take(name)
  }
  const globals = readGlobals(input, file.take('global'), dirname(resolve(path)))
  const configs = input
    .list(file.take('scrape_configs'), 'scrape_configs')
    .map((node) => readConfig(input, node, globals))
  file.end('the configuration')
  checkJobNames(input, configs)
  return input.errors.length > 0 ? { errors: input.errors } : { configs, warnings }
}

const notHere = [
  'rule_files',
  'alerting',
  'remote_write',
  'remote_read',
  'storage',
  'tracing',
  'otlp',
  'runtime',
  'scrape_config_files',
]

const scrapeProtocols: readonly ScrapeProtocol[] = [
  'PrometheusProto',
  'OpenMetricsText1.0.0',
  'OpenMetricsText0.0.1',
  'PrometheusText1.0.0',
  'PrometheusText0.0.4',
]
const textProtocols = scrapeProtocols.slice(1)

type Limits = Pick<
  ScrapeConfig,
  'bodySizeMaxBytes' | 'sampleLimit' | 'labelLimit' | 'labelNameLengthLimit' | 'labelValueLengthLimit' | 'targetLimit'
>
const noLimits: Limits = {
  bodySizeMaxBytes: 0,
  sampleLimit: 0,
  labelLimit: 0,
  labelNameLengthLimit: 0,
  labelValueLengthLimit: 0,
  targetLimit: 0,
}

function readGlobals(input: YamlInput, node: unknown, folder: string): Globals {
  const given = input.mapping(node, 'global')
  const intervalMs = duration(given, 'scrape_interval', 60_000)
  const timeoutMs = duration(given, 'scrape_timeout', Math.min(10_000, intervalMs))
  if (timeoutMs > intervalMs)
    input.wrong(
      given.node,
      `the scrape_timeout of ${timeoutMs} ms is longer than the scrape_interval of ${intervalMs} ms`,
    )
  const globals: Globals = {
    intervalMs,
    timeoutMs,
    protocols: readProtocols(input, given),
    isNativeWanted: given.boolean('scrape_native_histograms', false),
    alwaysClassic: given.boolean('always_scrape_classic_histograms', false),
    limits: readLimits(given, noLimits),
    folder,
  }
  for (const name of [
    'evaluation_interval',
    'rule_query_offset',
    'external_labels',
    'query_log_file',
    'scrape_failure_log_file',
    'runtime',
    'extra_scrape_metrics',
  ])
    given.take(name)
  takeUtf8Names(input, given)
  given.end('global', notSupported)
  return globals
}

const notSupported: Readonly<Record<string, string>> = {
  convert_classic_histograms_to_nhcb: 'is not supported: classic histograms are kept as they are sent; leave it out',
  native_histogram_bucket_limit: 'is not supported: the server has a limit of its own; leave it out',
  native_histogram_min_bucket_factor:
    'is not supported: histograms are kept at the resolution they are sent in; leave it out',
  scrape_failure_log_file: 'is not supported: why a scrape failed stands at /prometheus/api/v1/targets; leave it out',
  oauth2: 'is not supported; use authorization with a credentials_file',
  proxy_url: 'is not supported; targets are asked directly',
  proxy_from_environment: 'is not supported; targets are asked directly',
  proxy_connect_header: 'is not supported; targets are asked directly',
  no_proxy: 'is not supported; targets are asked directly',
}

/** Names are UTF-8 always, as is the default of Prometheus 3. */
function takeUtf8Names(input: YamlInput, given: Mapping): void {
  const scheme = given.text('metric_name_validation_scheme', 'utf8')
  const escaping = given.text('metric_name_escaping_scheme', 'allow-utf-8')
  if (scheme !== 'utf8')
    input.wrong(given.take('metric_name_validation_scheme'), 'metric_name_validation_scheme can only be utf8')
  if (escaping !== 'allow-utf-8')
    input.wrong(given.take('metric_name_escaping_scheme'), 'metric_name_escaping_scheme can only be allow-utf-8')
}

function readConfig(input: YamlInput, node: unknown, globals: Globals): ScrapeConfig {
  const given = input.mapping(node, 'an entry of scrape_configs')
  const jobName = given.text('job_name')
  if (jobName === '') input.wrong(node, 'a scrape config has no job_name')
  const isNativeWanted = given.boolean('scrape_native_histograms', globals.isNativeWanted)
  const config: ScrapeConfig = {
    jobName,
    ...readTimes(input, given, globals),
    protocols: readProtocols(input, given) ?? globals.protocols ?? (isNativeWanted ? scrapeProtocols : textProtocols),
    fallbackProtocol: readFallback(given),
    alwaysScrapeClassicHistograms: given.boolean('always_scrape_classic_histograms', globals.alwaysClassic),
    isNativeWanted,
    honorLabels: given.boolean('honor_labels', false),
    honorTimestamps: given.boolean('honor_timestamps', true),
    trackTimestampsStaleness: given.boolean('track_timestamps_staleness', false),
    scheme: given.choice('scheme', ['http', 'https'], 'http'),
    metricsPath: given.text('metrics_path', '/metrics'),
    params: readParams(input, given),
    isCompressed: given.boolean('enable_compression', true),
    followsRedirects: given.boolean('follow_redirects', true),
    authorization: readAuthorization(input, given, globals.folder),
    headers: readHeaders(input, given),
    tls: readTls(given, globals.folder),
    ...readLimits(given, globals.limits),
    relabelRules: readRelabelRules(input, given, 'relabel_configs'),
    metricRelabelRules: readRelabelRules(input, given, 'metric_relabel_configs'),
    staticGroups: readStaticGroups(input, given),
    fileDiscoveries: readFileDiscoveries(input, given, globals.folder),
  }
  given.take('enable_http2')
  given.take('keep_dropped_targets')
  takeUtf8Names(input, given)
  const discoveries = given.names().filter((name) => name.endsWith('_sd_configs') && name !== 'file_sd_configs')
  const instead = 'is not supported; write what it finds into files and name them in file_sd_configs'
  given.end('a scrape config', { ...notSupported, ...Object.fromEntries(discoveries.map((name) => [name, instead])) })
  return config
}

/** A timeout that is not given follows a shorter interval down. */
function readTimes(input: YamlInput, given: Mapping, globals: Globals): { intervalMs: number; timeoutMs: number } {
  const intervalMs = duration(given, 'scrape_interval', globals.intervalMs)
  const timeoutMs = duration(given, 'scrape_timeout', Math.min(globals.timeoutMs, intervalMs))
  if (timeoutMs > intervalMs)
    input.wrong(
      given.node,
      `the scrape_timeout of ${timeoutMs} ms is longer than the scrape_interval of ${intervalMs} ms`,
    )
  return { intervalMs, timeoutMs }
}

function readLimits(given: Mapping, above: Limits): Limits {
  const count = (name: string, initial: number): number =>
    given.parsed(name, initial, (text) => (/^\d{1,15}$/.test(text) ? Number(text) : undefined), 'a whole number')
  return {
    bodySizeMaxBytes: given.parsed('body_size_limit', above.bodySizeMaxBytes, parseSize, 'a size such as 10MB'),
    sampleLimit: count('sample_limit', above.sampleLimit),
    labelLimit: count('label_limit', above.labelLimit),
    labelNameLengthLimit: count('label_name_length_limit', above.labelNameLengthLimit),
    labelValueLengthLimit: count('label_value_length_limit', above.labelValueLengthLimit),
    targetLimit: count('target_limit', above.targetLimit),
  }
}

/** Both `MB` and `MiB` count in steps of 1024, as in Prometheus. */
function parseSize(text: string): number | undefined {
  const [, digits = '', unit = ''] = /^(\d{1,15})\s*(?:([KMGTP])i?)?B?$/.exec(text) ?? []
  return digits === '' ? undefined : Number(digits) * 1024 ** ' KMGTP'.indexOf(unit || ' ')
}

const durationUnits: Readonly<Record<string, number>> = {
  y: 31_536_000_000,
  w: 604_800_000,
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
}

/** Milliseconds of `1h30m`, units falling; undefined for what is none. */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0
  const found = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?(?:(\d+)ms)?$/.exec(text)
  if (found === null || text === '') return undefined
  let ms = 0
  for (const [index, unit] of ['y', 'w', 'd', 'h', 'm', 's', 'ms'].entries())
    ms += Number(found[index + 1] ?? 0) * (durationUnits[unit] ?? 0)
  return ms
}

function duration(given: Mapping, name: string, initialMs: number): number {
  const positive = (text: string): number | undefined => parseDuration(text) || undefined
  return given.parsed(name, initialMs, positive, 'a time such as 15s or 1m30s')
}

function readProtocols(input: YamlInput, given: Mapping): readonly ScrapeProtocol[] | undefined {
  const texts = given.texts('scrape_protocols')
  if (texts.length === 0) return undefined
  return texts.flatMap((text, index) => {
    const found = scrapeProtocols.find((protocol) => protocol === text)
    if (found === undefined || texts.indexOf(text) !== index)
      input.wrong(
        given.take('scrape_protocols'),
        `scrape_protocols has "${text}" and takes each of ${scrapeProtocols.join(', ')} once`,
      )
    return found === undefined ? [] : [found]
  })
}

function readFallback(given: Mapping): ScrapeProtocol | undefined {
  return given.has('fallback_scrape_protocol')
    ? given.choice('fallback_scrape_protocol', scrapeProtocols, 'PrometheusText0.0.4')
    : undefined
}

function readParams(input: YamlInput, given: Mapping): ReadonlyMap<string, readonly string[]> {
  const params = input.mapping(given.take('params'), 'params')
  return new Map(params.names().map((name) => [name, params.texts(name)]))
}

function readHeaders(input: YamlInput, given: Mapping): Readonly<Record<string, string>> {
  const headers = input.mapping(given.take('http_headers'), 'http_headers')
  return Object.fromEntries(
    headers.names().map((name) => {
      const header = input.mapping(headers.take(name), name)
      const values = header.texts('values')
      header.end(`the header ${name}`, {
        secrets: 'is not supported; write them as values',
        files: 'is not supported; write them as values',
      })
      return [name, values.join(', ')]
    }),
  )
}

function readAuthorization(input: YamlInput, given: Mapping, folder: string): Authorization | undefined {
  const secret = (from: Mapping, name: string): Secret => {
    const path = from.text(`${name}_file`)
    if (path !== '' && from.has(name)) input.wrong(from.node, `${name} and ${name}_file are both given; leave one out`)
    return path === '' ? { text: from.text(name) } : { path: resolve(folder, path) }
  }
  const ways = ['basic_auth', 'authorization', 'bearer_token', 'bearer_token_file'].filter((name) => given.has(name))
  if (ways.length > 1) input.wrong(given.node, `${ways.join(' and ')} are given; a target is asked in one way`)
  const basic = input.mapping(given.take('basic_auth'), 'basic_auth')
  const other = input.mapping(given.take('authorization'), 'authorization')
  const bearer = secret(given, 'bearer_token')
  if (given.has('basic_auth')) {
    const authorization = {
      kind: 'basic',
      username: secret(basic, 'username'),
      password: secret(basic, 'password'),
    } as const
    basic.end('basic_auth')
    return authorization
  }
  if (given.has('authorization')) {
    const authorization = {
      kind: 'other',
      type: other.text('type', 'Bearer'),
      credentials: secret(other, 'credentials'),
    } as const
    other.end('authorization')
    if (authorization.type.toLowerCase() === 'basic')
      input.wrong(other.node, 'authorization cannot be of type "Basic": write basic_auth')
    return authorization
  }
  return ways.length === 0 ? undefined : { kind: 'other', type: 'Bearer', credentials: bearer }
}

function readTls(given: Mapping, folder: string): TlsConfig {
  const tls = given.input.mapping(given.take('tls_config'), 'tls_config')
  const path = (name: string): string => {
    const text = tls.text(name)
    return text === '' ? '' : resolve(folder, text)
  }
  const config: TlsConfig = {
    caPath: path('ca_file'),
    certPath: path('cert_file'),
    keyPath: path('key_file'),
    serverName: tls.text('server_name'),
    isUnchecked: tls.boolean('insecure_skip_verify', false),
  }
  const inFile = 'is not supported; put it into a file and name that'
  const versions = 'is not supported; TLS 1.2 and later are spoken'
  tls.end('tls_config', { ca: inFile, cert: inFile, key: inFile, min_version: versions, max_version: versions })
  return config
}

function readStaticGroups(input: YamlInput, given: Mapping): TargetGroup[] {
  return input.list(given.take('static_configs'), 'static_configs').map((node) => readTargetGroup(input, node))
}

const filePattern = /^[^*]*(?:\*[^/]*)?\.(?:json|yml|yaml|JSON|YML|YAML)$/

function readFileDiscoveries(input: YamlInput, given: Mapping, folder: string): FileDiscovery[] {
  return input.list(given.take('file_sd_configs'), 'file_sd_configs').map((node) => {
    const discovery = input.mapping(node, 'an entry of file_sd_configs')
    const patterns = discovery.texts('files')
    if (patterns.length === 0) input.wrong(node, 'an entry of file_sd_configs names no files')
    for (const pattern of patterns)
      if (!filePattern.test(pattern))
        input.wrong(
          discovery.take('files'),
          `"${pattern}" is not a path of a .json, .yml or .yaml file with at most one * in its last part`,
        )
    const refreshMs = duration(discovery, 'refresh_interval', 300_000)
    discovery.end('file_sd_configs')
    return { patterns: patterns.map((pattern) => resolve(folder, pattern)), refreshMs }
  })
}

function checkJobNames(input: YamlInput, configs: readonly ScrapeConfig[]): void {
  const seen = new Set<string>()
  for (const { jobName } of configs) {
    if (seen.has(jobName)) input.wrong(input.root, `two scrape configs have the job_name "${jobName}"`)
    seen.add(jobName)
  }
}
