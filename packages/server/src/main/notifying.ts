import { join } from 'node:path'
import { defaultNotifyConfig } from '../alert/notifier/config/default-config.ts'
import { KeptState } from '../alert/notifier/kept-state.ts'
import type { Notifier } from '../alert/notifier/notifier.ts'
import { NotifierLoop } from '../alert/notifier/notifier-loop.ts'
import { fingerprintOf, type NotifyAlert } from '../alert/notifier/notify-alert.ts'
import { sendMessage } from '../alert/notifier/send/send.ts'
import { Alertmanager } from '../alert/notify/alertmanager.ts'
import { postJson, shownUrl } from '../alert/notify/post-json.ts'
import { type ReceiverCounts, type ToldAlert, toldAlertOf } from '../alert/notify/told-alert.ts'
import { type AlertingRule, groupKey } from '../alert/rule-file.ts'
import type { GroupWorld } from '../alert/running-group.ts'
import type { NotifySource } from '../api/notifications.ts'
import { flagName, type Options } from '../options.ts'
import { listed } from './listed.ts'
import { NotifyConfigFile } from './notify-config-file.ts'
import { reportFault } from './report-fault.ts'
import type { ServerParts } from './server-parts.ts'

export type Notifying = {
  notify: GroupWorld['notify']
  /** Alertmanagers that are told: addresses without their secrets. */
  receivers(): readonly { url: string; counts: ReceiverCounts }[]
  /** Where Alertmanagers take alerts. */
  alertmanagers(): readonly string[]
  /** Our own, which takes alerts of others, too. */
  notifier(): Notifier
  /** Where its configuration comes from. */
  source(): NotifySource
  /** Makes silences durable; '' or why not. */
  keep(): Promise<string>
  reload(options: Options): void
  stop(): Promise<void>
}

/** Whoever is to be told of alerts. Throws a sentence where an address is none. */
export async function startNotifying(
  parts: ServerParts,
  { directory, externalUrl }: { directory: string; externalUrl: () => string },
): Promise<Notifying> {
  const { options, nowUnixMs } = parts
  const report = (sentence: string): void => parts.report('warn', sentence)
  const post = async (url: string, body: unknown, signal: AbortSignal): Promise<string> =>
    (await postJson(url, body, { signal })).error
  const alertmanagers = urlsOf(options, 'alertmanagers').map(
    (url) => new Alertmanager({ nowUnixMs, post, report, url }),
  )
  const webhooks = urlsOf(options, 'alertWebhooks')
  if (webhooks.length > 0 && options.notifyConfig !== '')
    throw new Error(
      `Cannot take both --${flagName('alertWebhooks')} and --${flagName('notifyConfig')}: name the addresses in ${options.notifyConfig}, as receivers with "webhook_configs:"`,
    )
  const { loop, kept } = await startNotifier(parts, { directory, externalUrl, webhooks })
  const file = new NotifyConfigFile({
    path: options.notifyConfig,
    usual: defaultNotifyConfig(webhooks),
    report: (sentence) => parts.report('error', sentence),
    taken: (config) => loop.notifier.configure(config),
  })
  await file.look()
  await kept.load()
  return {
    notify: (rule, alerts, { group, validUntilMs }) => {
      const generatorUrl = queryUrl(externalUrl(), rule)
      const told = alerts.map((alert) => toldAlertOf(alert, { group: groupKey(group), validUntilMs, generatorUrl }))
      for (const receiver of alertmanagers) receiver.tell(told)
      loop.notifier.put(told.map((alert) => notifyAlertOf(alert, nowUnixMs())))
    },
    receivers: () => alertmanagers.map((each) => ({ url: shownUrl(each.url), counts: each.counts() })),
    alertmanagers: () => alertmanagers.map(({ url }) => `${shownUrl(url).replace(/\/$/, '')}/api/v2/alerts`),
    notifier: () => loop.notifier,
    source: () => file.source,
    keep: () => kept.write(),
    reload: ({ notifyConfig }) => {
      file.path = notifyConfig
      void file.look()
    },
    async stop() {
      await file.stop()
      await loop.stop()
      await kept.write()
      await Promise.all(alertmanagers.map((receiver) => receiver.stop()))
    },
  }
}

async function startNotifier(
  { nowUnixMs, report }: ServerParts,
  { directory, externalUrl, webhooks }: { directory: string; externalUrl: () => string; webhooks: readonly string[] },
): Promise<{ loop: NotifierLoop; kept: KeptState }> {
  const warn = (sentence: string): void => report('warn', sentence)
  const kept = new KeptState(join(directory, 'notifier.json'), {
    notifier: () => loop.notifier,
    nowUnixMs,
    report: warn,
  })
  const loop: NotifierLoop = new NotifierLoop(defaultNotifyConfig(webhooks), {
    nowUnixMs,
    externalUrl,
    send: sendMessage,
    report: warn,
    changed: () => kept.changed(),
    onFault: (error) => reportFault(report, error),
  })
  return { loop, kept }
}

function notifyAlertOf(
  { labels, annotations, startsAtMs, endsAtMs, generatorUrl }: ToldAlert,
  updatedAtMs: number,
): NotifyAlert {
  const fingerprint = fingerprintOf(labels)
  return { fingerprint, labels, annotations, startsAtMs, endsAtMs, updatedAtMs, generatorUrl, isEndGuessed: false }
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
