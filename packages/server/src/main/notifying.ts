import { Alertmanager } from '../alert/notify/alertmanager.ts'
import { postJson, shownUrl } from '../alert/notify/post-json.ts'
import { type Receiver, type ReceiverCounts, toldAlertOf } from '../alert/notify/told-alert.ts'
import { Webhook } from '../alert/notify/webhook.ts'
import { type AlertingRule, groupKey } from '../alert/rule-file.ts'
import type { GroupWorld } from '../alert/running-group.ts'
import { flagName, type Options } from '../options.ts'
import { listed } from './listed.ts'
import type { ServerParts } from './server-parts.ts'

export type Notifying = {
  notify: GroupWorld['notify']
  /** Addresses without their secrets. */
  receivers(): readonly { kind: 'alertmanager' | 'webhook'; url: string; counts: ReceiverCounts }[]
  /** Where Alertmanagers take alerts. */
  alertmanagers(): readonly string[]
  stop(): Promise<void>
}

/** Whoever is to be told of alerts: each address for itself. Throws a sentence where one is no address. */
export function startNotifying({ options, nowUnixMs, report }: ServerParts, externalUrl: () => string): Notifying {
  const parts = { nowUnixMs, post: postJson, report: (sentence: string) => report('warn', sentence) }
  const alertmanagers = urlsOf(options, 'alertmanagers').map((url) => new Alertmanager({ ...parts, url }))
  const webhooks = urlsOf(options, 'alertWebhooks').map((url) => new Webhook({ ...parts, url, externalUrl }))
  const all: readonly Receiver[] = [...alertmanagers, ...webhooks]
  const kindOf = (receiver: Receiver) => (receiver instanceof Webhook ? 'webhook' : 'alertmanager')
  return {
    notify: (rule, alerts, { group, validUntilMs }) => {
      const generatorUrl = queryUrl(externalUrl(), rule)
      const told = alerts.map((alert) => toldAlertOf(alert, { group: groupKey(group), validUntilMs, generatorUrl }))
      for (const receiver of all) receiver.tell(told)
    },
    receivers: () => all.map((each) => ({ kind: kindOf(each), url: shownUrl(each.url), counts: each.counts() })),
    alertmanagers: () => alertmanagers.map(({ url }) => `${shownUrl(url).replace(/\/$/, '')}/api/v2/alerts`),
    async stop() {
      await Promise.all(all.map((receiver) => receiver.stop()))
    },
  }
}

function urlsOf(options: Options, name: 'alertmanagers' | 'alertWebhooks'): string[] {
  const urls = listed(options[name])
  for (const url of urls)
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
      throw new Error(
        `Cannot tell "${shownUrl(url)}" of alerts: --${flagName(name)} takes addresses such as http://127.0.0.1:9093`,
      )
  return urls
}

/** The question of the rule, on its page. */
function queryUrl(externalUrl: string, { question, text }: AlertingRule): string {
  const root = externalUrl.replace(/\/$/, '')
  if (question.is === 'promql') return `${root}/query?promql=${encodeURIComponent(text)}`
  return `${root}/${question.signal === 'logs' ? 'logs' : 'traces'}?q=${encodeURIComponent(text)}`
}
