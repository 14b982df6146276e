import type { Mapping, YamlInput } from '../../../base/yaml-input.ts'
import { readDuration } from '../../read-duration.ts'
import type {
  HttpSettings,
  Integration,
  PagerDutySettings,
  ReceiverConfig,
  Secret,
  SlackSettings,
  WebhookSettings,
} from './notify-config.ts'
import { type MailDefaults, mailServerOf, readMail } from './read-email.ts'
import { type LeftOut, missing, noteTexts, noteUnable, plainText, readSecret } from './read-parts.ts'

export type ReceiverDefaults = {
  readonly slackUrl: Secret
  readonly pagerDutyUrl: string
  readonly mail: MailDefaults
  readonly http: HttpSettings
}

const kinds = {
  webhook_configs: readWebhook,
  slack_configs: readSlack,
  pagerduty_configs: readPagerDuty,
  email_configs: readEmail,
} as const

/** Kinds that an Alertmanager has and this server does not. */
const notHere = [
  'discord',
  'incidentio',
  'jira',
  'mattermost',
  'msteams',
  'msteamsv2',
  'opsgenie',
  'pushover',
  'rocketchat',
  'sns',
  'telegram',
  'victorops',
  'webex',
  'wechat',
].map((kind) => `${kind}_configs`)

export function readReceivers(given: Mapping, defaults: ReceiverDefaults, leftOut: LeftOut): readonly ReceiverConfig[] {
  const { input } = given
  const names = new Set<string>()
  return input.list(given.take('receivers'), 'receivers').map((node) => {
    const receiver = input.mapping(node, 'a receiver')
    const name = receiver.text('name')
    if (name === '') input.wrong(node, 'a receiver has no name; give it one with "name:"')
    if (names.has(name)) input.wrong(node, `the receiver "${name}" is there twice; give each its own name`)
    names.add(name)
    receiver.take('labels')
    receiver.take('annotations')
    for (const kind of notHere)
      if (input.list(receiver.take(kind), kind).length > 0)
        leftOut(
          receiver.take(kind),
          `receiver "${name}" has "${kind}", which this server cannot tell, and the rest of it goes on; it can ${Object.keys(kinds).join(', ')}; for others run an Alertmanager and name it with --alertmanagers`,
        )
    const integrations = Object.entries(kinds).flatMap(([kind, read]) =>
      input.list(receiver.take(kind), kind).flatMap((each, i) => {
        const settings = input.mapping(each, kind)
        const id = `${name}/${kind.replace('_configs', '')}[${i}]`
        const noted = (at: unknown, what: string): void => leftOut(at, `receiver "${name}": ${what}`)
        const integration = read(settings, { defaults, id, receiver: name, noted })
        settings.end(`a receiver's ${kind}`)
        return integration === undefined ? [] : [integration]
      }),
    )
    receiver.end('a receiver')
    return { name, integrations }
  })
}

type Of = { defaults: ReceiverDefaults; id: string; receiver: string; noted: LeftOut }

function shared(given: Mapping, { defaults, id, receiver, noted }: Of, sendResolved: boolean) {
  return {
    id,
    receiver,
    sendResolved: given.boolean('send_resolved', sendResolved),
    http: readHttp(given, defaults.http, noted),
  }
}

function readWebhook(given: Mapping, of: Of): Integration {
  const settings: WebhookSettings = {
    kind: 'webhook',
    url: readSecret(given, 'url') ?? missing(given, '"url" or "url_file"'),
    maxAlerts: given.parsed('max_alerts', 0, wholeNumber, 'a whole number'),
  }
  checkUrl(given, 'url')
  const timeoutMs = readDuration(given, 'timeout')
  noteTexts(given, of.noted, ['payload'])
  const base = shared(given, of, true)
  return { ...base, ...settings, http: timeoutMs > 0 ? { ...base.http, timeoutMs } : base.http }
}

function readSlack(given: Mapping, of: Of): Integration {
  const url = readSecret(given, 'api_url') ?? of.defaults.slackUrl
  if ('text' in url && url.text === '') missing(given, '"api_url", or "slack_api_url" under "global:"')
  checkUrl(given, 'api_url')
  const settings: SlackSettings = {
    kind: 'slack',
    url,
    channel: plainText(given, 'channel', of.noted),
    username: plainText(given, 'username', of.noted),
    iconEmoji: plainText(given, 'icon_emoji', of.noted),
    iconUrl: plainText(given, 'icon_url', of.noted),
  }
  noteTexts(given, of.noted, [
    'color',
    'title',
    'title_link',
    'pretext',
    'text',
    'fields',
    'short_fields',
    'footer',
    'fallback',
    'callback_id',
    'image_url',
    'thumb_url',
    'link_names',
    'mrkdwn_in',
    'actions',
    'message_text',
  ])
  return { ...shared(given, of, false), ...settings }
}

function readPagerDuty(given: Mapping, of: Of): Integration | undefined {
  if (given.has('service_key') || given.has('service_key_file')) {
    of.noted(given.node, 'PagerDuty is told by its Events API v2 alone; give a "routing_key" and not a "service_key"')
    for (const name of given.names()) given.take(name)
    return undefined
  }
  const severity = plainText(given, 'severity', of.noted) || 'error'
  if (!severities.includes(severity))
    given.input.wrong(given.take('severity'), `severity is one of ${severities.join(', ')}`)
  const settings: PagerDutySettings = {
    kind: 'pagerduty',
    url: { text: given.text('url', of.defaults.pagerDutyUrl) },
    routingKey: readSecret(given, 'routing_key') ?? missing(given, '"routing_key" or "routing_key_file"'),
    severity,
  }
  checkUrl(given, 'url')
  noteTexts(given, of.noted, [
    'client',
    'client_url',
    'description',
    'details',
    'images',
    'links',
    'source',
    'class',
    'component',
    'group',
  ])
  return { ...shared(given, of, true), ...settings }
}

function readEmail(given: Mapping, of: Of): Integration | undefined {
  const mail = readMail(given, of.defaults.mail, '', of.noted)
  const server = mailServerOf(mail)
  noteTexts(given, of.noted, ['html', 'text', 'threading'])
  const to = plainText(given, 'to', of.noted)
  const base = shared(given, of, false)
  const headers = readHeaders(given, of.noted)
  if (given.text('to') === '') missing(given, '"to", the addresses that are written to,')
  if (mail.from === '') missing(given, '"from", or "smtp_from" under "global:",')
  if (server === undefined) missing(given, '"smarthost", or "smtp_smarthost" under "global:",')
  if (mail.username !== '' && mail.credential === undefined)
    of.noted(given.node, `"auth_username" is left aside: there is no "auth_password" and no "auth_secret" for it`)
  // It was told above what is wrong, or that addresses are no templates here.
  if (to === '' || server === undefined) return undefined
  return { ...base, kind: 'email', to, from: mail.from, headers, server }
}

function readHeaders(given: Mapping, noted: LeftOut): Readonly<Record<string, string>> {
  const node = given.take('headers')
  if (node === undefined) return {}
  const headers = given.input.mapping(node, 'headers')
  const read = headers.names().map((name) => [name, plainText(headers, name, noted)] as const)
  return Object.fromEntries(read.filter(([, value]) => value !== ''))
}

const severities = ['critical', 'error', 'warning', 'info']

const wholeNumber = (text: string): number | undefined => (/^\d{1,9}$/.test(text) ? Number(text) : undefined)

export function checkUrl(given: Mapping, name: string): void {
  const url = given.text(name)
  if (url !== '' && (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)))
    given.input.wrong(given.take(name), `${name} is expected as an address such as https://example.com/hook`)
}

/** What of `http_config` this server can do; the rest is told of. */
export function readHttp(given: Mapping, usual: HttpSettings, noted: LeftOut): HttpSettings {
  const node = given.take('http_config')
  if (node === undefined) return usual
  const { input } = given
  const http = input.mapping(node, 'http_config')
  const settings = {
    ...usual,
    followsRedirects: http.boolean('follow_redirects', true),
    authorization: readAuthorization(input, http),
  }
  noteUnable(http, noted, 'http_config', [
    'tls_config',
    'oauth2',
    'proxy_url',
    'proxy_connect_header',
    'no_proxy',
    'proxy_from_environment',
    'http_headers',
  ])
  http.take('enable_http2')
  http.end('http_config')
  return settings
}

function readAuthorization(input: YamlInput, http: Mapping): HttpSettings['authorization'] {
  const basic = http.take('basic_auth')
  const authorization = http.take('authorization')
  const bearer = readSecret(http, 'bearer_token')
  if ([basic, authorization, bearer].filter((each) => each !== undefined).length > 1)
    input.wrong(http.node, 'at most one of basic_auth, authorization and bearer_token can be given')
  if (bearer !== undefined) return { scheme: 'Bearer', credentials: bearer }
  if (basic !== undefined) {
    const given = input.mapping(basic, 'basic_auth')
    const read = { username: given.text('username'), password: readSecret(given, 'password') ?? { text: '' } }
    given.end('basic_auth')
    return read
  }
  if (authorization === undefined) return undefined
  const given = input.mapping(authorization, 'authorization')
  const read = { scheme: given.text('type', 'Bearer'), credentials: readSecret(given, 'credentials') ?? { text: '' } }
  given.end('authorization')
  return read
}
