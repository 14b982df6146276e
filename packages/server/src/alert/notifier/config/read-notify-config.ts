import { isMap, isScalar, parseDocument, visit } from 'yaml'
import { type Mapping, YamlInput } from '../../../base/yaml-input.ts'
import { readDuration } from '../../read-duration.ts'
import type { HttpSettings, InhibitRule, NotifyConfig, Secret } from './notify-config.ts'
import { readMail, usualMail } from './read-email.ts'
import { readMatchers } from './read-matchers.ts'
import { checkUrl, readHttp, readReceivers } from './read-receivers.ts'
import { readRoute } from './read-route.ts'
import { readTimeIntervals } from './read-time-intervals.ts'

export type ReadNotifyConfig =
  /** `leftOut`: sentences about what an Alertmanager would do and this server does not. */
  { readonly config: NotifyConfig; readonly leftOut: readonly string[] } | { readonly errors: readonly string[] }

const fileMaxLength = 8 * 1024 * 1024
const usualHttp: HttpSettings = { timeoutMs: 10_000, followsRedirects: true, authorization: undefined }

/**
 * Reads an Alertmanager's configuration file. Either all of it is right, or every mistake is told with its file, line and
 * column; what is right and this server cannot do is left out and told of.
 */
export function readNotifyConfig(path: string, text: string): ReadNotifyConfig {
  if (text.length > fileMaxLength)
    return { errors: [`Cannot read ${path}: it is longer than ${fileMaxLength} characters.`] }
  const input = new YamlInput(path, text, { withColumns: true })
  if (input.errors.length > 0) return { errors: input.errors }
  const leftOut: string[] = []
  const noted = (node: unknown, what: string): void => void leftOut.push(`In ${input.place(node)}: ${what}.`)
  const given = input.mapping(input.root, 'an Alertmanager configuration with "route:" and "receivers:" on top')
  const global = readGlobal(given, noted)
  const receivers = readReceivers(given, global, noted)
  const timeIntervals = readTimeIntervals(given)
  if (input.list(given.take('templates'), 'templates').length > 0)
    noted(given.take('templates'), '"templates" are left aside: texts of notifications are this server\'s own')
  given.take('tracing')
  const rootNode = given.take('route')
  if (rootNode === undefined) input.wrong(input.root, 'there is no "route:", which says who is told of what')
  const names = { receivers: new Set(receivers.map(({ name }) => name)), intervals: new Set(timeIntervals.keys()) }
  const inhibitRules = input
    .list(given.take('inhibit_rules'), 'inhibit_rules')
    .map((node) => readInhibitRule(input, node))
  const route = readRoute(input, rootNode, { above: undefined, id: '0', names })
  given.end('an Alertmanager configuration')
  if (input.errors.length > 0) return { errors: input.errors }
  const { resolveTimeoutMs } = global
  return {
    config: { resolveTimeoutMs, route, receivers, inhibitRules, timeIntervals, original: withoutSecrets(text) },
    leftOut,
  }
}

function readGlobal(given: Mapping, noted: (node: unknown, what: string) => void) {
  const { input } = given
  const global = input.mapping(given.take('global'), 'global')
  const slackFile = global.text('slack_api_url_file')
  checkUrl(global, 'slack_api_url')
  checkUrl(global, 'pagerduty_url')
  const slackUrl: Secret =
    slackFile === '' ? { text: global.text('slack_api_url') } : { file: input.besides(slackFile) }
  const read = {
    resolveTimeoutMs: readDuration(global, 'resolve_timeout', 5 * 60_000),
    slackUrl,
    pagerDutyUrl: global.text('pagerduty_url', 'https://events.pagerduty.com/v2/enqueue'),
    mail: readMail(global, usualMail, 'smtp_', noted),
    http: readHttp(global, usualHttp, noted),
  }
  // Of receivers that this server does not have.
  for (const name of global.names())
    if (/^(opsgenie|wechat|victorops|telegram|webex|jira|rocketchat|slack_app|mattermost)_/.test(name))
      global.take(name)
  global.end('global')
  return read
}

function readInhibitRule(input: YamlInput, node: unknown): InhibitRule {
  const given = input.mapping(node, 'an inhibition')
  const side = (name: 'source' | 'target') => [
    ...readMatchers(given, `${name}_match`, 'equal'),
    ...readMatchers(given, `${name}_match_re`, 'regex'),
    ...readMatchers(given, `${name}_matchers`, 'list'),
  ]
  const rule = { source: side('source'), target: side('target'), equal: given.texts('equal') }
  given.take('name')
  given.end('an inhibition')
  return rule
}

const secretNames =
  /^(api_url|slack_api_url|routing_key|service_key|password|credentials|bearer_token|smtp_auth_(password|secret)|auth_(password|secret)|client_secret|.*_(api_key|api_secret|token|secret)|api_key|token|bot_token|user_key|webhook_url)$/

/** As an Alertmanager shows its file. Of a webhook's address its host stays, because it is an address still. */
function withoutSecrets(text: string): string {
  const document = parseDocument(text)
  visit(document, {
    Pair: (_, { key, value }) => {
      if (!isScalar(key) || !isScalar(value) || typeof value.value !== 'string' || value.value === '') return
      const name = String(key.value)
      if (secretNames.test(name)) value.value = '<secret>'
      else if (name === 'url' && URL.canParse(value.value)) value.value = `${new URL(value.value).origin}/<secret>`
    },
    Map: (_, node) => (isMap(node) ? undefined : visit.SKIP),
  })
  return document.toString({ lineWidth: 0 })
}
