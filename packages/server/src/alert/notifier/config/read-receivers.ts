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

export type ReceiverDefaults = { readonly slackUrl: Secret; readonly pagerDutyUrl: string; readonly http: HttpSettings }
/** Hears of what is left out, while the rest goes on. */
export type LeftOut = (node: unknown, what: string) => void

const kinds = { webhook_configs: readWebhook, slack_configs: readSlack, pagerduty_configs: readPagerDuty } as const

/** Kinds that an Alertmanager has and this server does not. */
const notHere = [
  'discord',
  'email',
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
  noteTexts(given, of, ['payload'])
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
    channel: plainText(given, 'channel', of),
    username: plainText(given, 'username', of),
    iconEmoji: plainText(given, 'icon_emoji', of),
    iconUrl: plainText(given, 'icon_url', of),
  }
  noteTexts(given, of, [
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
  const severity = plainText(given, 'severity', of) || 'error'
  if (!severities.includes(severity))
    given.input.wrong(given.take('severity'), `severity is one of ${severities.join(', ')}`)
  const settings: PagerDutySettings = {
    kind: 'pagerduty',
    url: { text: given.text('url', of.defaults.pagerDutyUrl) },
    routingKey: readSecret(given, 'routing_key') ?? missing(given, '"routing_key" or "routing_key_file"'),
    severity,
  }
  checkUrl(given, 'url')
  noteTexts(given, of, [
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

const severities = ['critical', 'error', 'warning', 'info']

/** What stands in templates, or is made of them: this server writes its own texts. */
function noteTexts(given: Mapping, { noted }: Of, names: readonly string[]): void {
  for (const name of names)
    if (given.has(name) && given.take(name) !== undefined)
      noted(given.take(name), `"${name}" is left aside: texts of notifications are this server's own`)
}

function plainText(given: Mapping, name: string, { noted }: Of): string {
  const text = given.text(name)
  if (!text.includes('{{')) return text
  noted(given.take(name), `"${name}" is left aside: templates are not expanded in notifications`)
  return ''
}

function missing(given: Mapping, what: string): Secret {
  given.input.wrong(given.node, `${what} is missing`)
  return { text: '' }
}

const wholeNumber = (text: string): number | undefined => (/^\d{1,9}$/.test(text) ? Number(text) : undefined)

/** `name`, or `name_file`. */
function readSecret(given: Mapping, name: string): Secret | undefined {
  const [text, file] = [given.text(name), given.text(`${name}_file`)]
  if (text !== '' && file !== '')
    given.input.wrong(given.node, `both "${name}" and "${name}_file" are given; leave one out`)
  if (text !== '') return { text }
  return file === '' ? undefined : { file: given.input.besides(file) }
}

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
  for (const name of http.names())
    if (
      [
        'tls_config',
        'oauth2',
        'proxy_url',
        'proxy_connect_header',
        'no_proxy',
        'proxy_from_environment',
        'http_headers',
      ].includes(name)
    )
      noted(http.take(name), `"${name}" of http_config is left aside: this server cannot do it`)
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
