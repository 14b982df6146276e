import type { RelabelRule } from './relabel.ts'

/** What is scraped and how: the part of Prometheus' configuration that people use, read and checked. */
export type ScrapeConfig = {
  jobName: string
  intervalMs: number
  timeoutMs: number
  /** In order of preference. */
  protocols: readonly ScrapeProtocol[]
  /** For targets that do not say what they send, or say nonsense. */
  fallbackProtocol: ScrapeProtocol | undefined
  /** Whether the classic buckets of a native histogram are kept beside it. */
  alwaysScrapeClassicHistograms: boolean
  isNativeWanted: boolean
  honorLabels: boolean
  honorTimestamps: boolean
  trackTimestampsStaleness: boolean
  scheme: string
  metricsPath: string
  params: ReadonlyMap<string, readonly string[]>
  isCompressed: boolean
  followsRedirects: boolean
  authorization: Authorization | undefined
  headers: Readonly<Record<string, string>>
  tls: TlsConfig
  /** 0 is none in all of these. */
  bodySizeMaxBytes: number
  sampleLimit: number
  labelLimit: number
  labelNameLengthLimit: number
  labelValueLengthLimit: number
  targetLimit: number
  relabelRules: readonly RelabelRule[]
  metricRelabelRules: readonly RelabelRule[]
  staticGroups: readonly TargetGroup[]
  fileDiscoveries: readonly FileDiscovery[]
}

export type ScrapeProtocol =
  | 'PrometheusProto'
  | 'OpenMetricsText1.0.0'
  | 'OpenMetricsText0.0.1'
  | 'PrometheusText1.0.0'
  | 'PrometheusText0.0.4'

/** The secret stands here or in a file, which is read before each scrape. */
export type Secret = { text: string } | { path: string }
export type Authorization =
  | { kind: 'basic'; username: Secret; password: Secret }
  | { kind: 'other'; type: string; credentials: Secret }

export type TlsConfig = {
  caPath: string
  certPath: string
  keyPath: string
  serverName: string
  isUnchecked: boolean
}

/** Targets that share labels, from one place. */
export type TargetGroup = {
  targets: readonly string[]
  labels: ReadonlyMap<string, string>
}

/** Paths, the last part of each with at most one `*`, relative ones to the folder of the configuration. */
export type FileDiscovery = { patterns: readonly string[]; refreshMs: number }
