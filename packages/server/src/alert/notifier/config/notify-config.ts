import type { Matcher } from '../../matchers/matcher.ts'

/** An Alertmanager's configuration, read and checked: every name in it is there. */
export type NotifyConfig = {
  readonly resolveTimeoutMs: number
  readonly route: Route
  readonly receivers: readonly ReceiverConfig[]
  readonly inhibitRules: readonly InhibitRule[]
  readonly timeIntervals: ReadonlyMap<string, readonly TimeInterval[]>
  /** The file without its secrets, as `amtool config` reads it. */
  readonly original: string
}

/** A node of the tree of routes, with all that it has of the one above. */
export type Route = {
  /** Where it stands in the tree: '0', '0/2', ... */
  readonly id: string
  /** Begins the keys of its groups: matchers from the top down. */
  readonly key: string
  readonly receiver: string
  readonly matchers: readonly Matcher[]
  readonly continues: boolean
  readonly groupBy: 'all' | ReadonlySet<string>
  readonly groupWaitMs: number
  readonly groupIntervalMs: number
  readonly repeatIntervalMs: number
  readonly muteTimes: readonly string[]
  readonly activeTimes: readonly string[]
  readonly routes: readonly Route[]
}

export type ReceiverConfig = { readonly name: string; readonly integrations: readonly Integration[] }

/** One way in which a receiver is told. */
export type Integration = {
  /** The same for the same place in the file: `team/webhook[0]`. */
  readonly id: string
  readonly receiver: string
  readonly sendResolved: boolean
  readonly http: HttpSettings
} & (WebhookSettings | SlackSettings | PagerDutySettings | EmailSettings)

export type WebhookSettings = {
  readonly kind: 'webhook'
  readonly url: Secret
  /** 0 for all. */
  readonly maxAlerts: number
}
export type SlackSettings = {
  readonly kind: 'slack'
  readonly url: Secret
  readonly channel: string
  readonly username: string
  readonly iconEmoji: string
  readonly iconUrl: string
}
export type PagerDutySettings = {
  readonly kind: 'pagerduty'
  readonly url: Secret
  readonly routingKey: Secret
  readonly severity: string
}

export type EmailSettings = {
  readonly kind: 'email'
  /** As in a header: addresses with commas between, with or without names. */
  readonly to: string
  readonly from: string
  /** Headers of their own, `Subject` among them. */
  readonly headers: Readonly<Record<string, string>>
  readonly server: MailServer
}

/** Where mails are handed in. */
export type MailServer = {
  readonly host: string
  readonly port: number
  /** What this machine calls itself there. */
  readonly hello: string
  /** TLS from the first byte on, as on port 465; or begun by STARTTLS, without which nothing is sent; or none. */
  readonly tls: 'implicit' | 'starttls' | 'none'
  readonly isCertificateChecked: boolean
  /** The name its certificate is for; '' for that of the host. */
  readonly certificateName: string
  readonly caFile: string
  readonly login: undefined | { readonly username: string; readonly password: Secret; readonly isCramMd5: boolean }
}

/** A file is read each time it is needed. */
export type Secret = { readonly text: string } | { readonly file: string }

export type HttpSettings = {
  readonly timeoutMs: number
  readonly followsRedirects: boolean
  readonly authorization:
    | undefined
    | { readonly scheme: string; readonly credentials: Secret }
    | { readonly username: string; readonly password: Secret }
}

/** Alerts that match `target` are not told while one that matches `source` fires and has the same values of `equal`. */
export type InhibitRule = {
  readonly source: readonly Matcher[]
  readonly target: readonly Matcher[]
  readonly equal: readonly string[]
}

/** Both ends belong to it, but for times, where the end does not. Undefined: any. */
export type TimeInterval = {
  readonly times: readonly Range[] | undefined
  readonly weekdays: readonly Range[] | undefined
  readonly daysOfMonth: readonly Range[] | undefined
  readonly months: readonly Range[] | undefined
  readonly years: readonly Range[] | undefined
  /** Tells year, month, day, hour and minute in its time zone; UTC where none is given. */
  readonly clock: Intl.DateTimeFormat
}

export type Range = { readonly from: number; readonly to: number }
