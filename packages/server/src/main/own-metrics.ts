import type { Ingest } from '../ingest/ingest.ts'
import type { RunningAlerting } from './alerting.ts'
import type { Notifying } from './notifying.ts'
import type { ReceivingCounts } from './receiving.ts'

export type OwnCounts = {
  ingest: Pick<Ingest, 'counts'>
  /** By retention. */
  dropped: { rows: number; bytes: number }
  version: string
  /** Undefined until it has started. */
  receiving: ReceivingCounts | undefined
  /** Undefined until it has started. */
  alerting: RunningAlerting | undefined
}

type WriteMetric = (
  kind: 'counter' | 'gauge',
  name: string,
  help: string,
  samples: readonly [labels: string, value: number][],
) => void

/** The server's own counters in Prometheus' text format, for `/metrics`. */
export function ownMetricsText({ ingest, dropped, version, receiving, alerting }: OwnCounts): string {
  const counts = ingest.counts()
  const lines: string[] = []
  const metric: WriteMetric = (kind, name, help, samples) => {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`)
    for (const [labels, value] of samples) lines.push(`${name}${labels} ${value}`)
  }
  const bySignal = (count: 'accepted' | 'rejected' | 'loaded'): [string, number][] =>
    (['spans', 'logs', 'points'] as const).map((signal) => [`{signal="${signal}"}`, counts[signal][count]])
  metric('gauge', 'wakeline_build_info', 'Version of the server.', [[`{version="${version}"}`, 1]])
  metric(
    'counter',
    'wakeline_ingest_accepted_total',
    'Records acknowledged: durable in the segment log.',
    bySignal('accepted'),
  )
  metric(
    'counter',
    'wakeline_ingest_rejected_total',
    'Records that made no sense; their senders were told.',
    bySignal('rejected'),
  )
  metric('counter', 'wakeline_ingest_loaded_total', 'Rows loaded into the store since the start.', bySignal('loaded'))
  metric('counter', 'wakeline_ingest_duplicated_requests_total', 'Requests that had been stored before.', [
    ['', counts.duplicatedRequests],
  ])
  metric(
    'counter',
    'wakeline_ingest_forgotten_requests_total',
    'Requests forgotten before their time: one of them sent again would be stored twice.',
    [['', counts.forgottenRequests]],
  )
  metric('counter', 'wakeline_ingest_redacted_values_total', 'Values replaced because they had a secret in them.', [
    ['', counts.redactedValues],
  ])
  metric('counter', 'wakeline_ingest_shed_total', 'Records not stored because the disk is nearly full.', [
    ['{signal="logs"}', counts.shed.logs],
    ['{signal="spans"}', counts.shed.spans],
  ])
  metric(
    'gauge',
    'wakeline_ingest_shed_level',
    'What is not stored for now: 0 nothing, 1 debug logs, 2 info logs, 3 most spans.',
    [['', counts.shed.level]],
  )
  metric('gauge', 'wakeline_ingest_waiting_segments', 'Segments waiting for the store.', [['', counts.waitingSegments]])
  metric('gauge', 'wakeline_ingest_waiting_bytes', 'Bytes waiting for the store.', [['', counts.waitingBytes]])
  metric('gauge', 'wakeline_ingest_poisoned_segments', 'Files the store refused for good, set aside.', [
    ['', counts.poisonedSegments],
  ])
  metric('counter', 'wakeline_store_expired_rows_total', 'Rows dropped for their age or the size of the store.', [
    ['', dropped.rows],
  ])
  if (receiving !== undefined) receivingMetrics(receiving, metric)
  if (alerting !== undefined) alertingMetrics(alerting, metric)
  metric('gauge', 'process_resident_memory_bytes', 'Resident memory.', [['', process.memoryUsage.rss()]])
  metric('counter', 'process_cpu_seconds_total', 'User and system time.', [['', cpuSeconds()]])
  return `${lines.join('\n')}\n`
}

function receivingMetrics({ scraping, syslog, statsd }: ReceivingCounts, metric: WriteMetric): void {
  const { targets, up, down, samplesStored, samplesLost } = scraping
  metric('gauge', 'wakeline_scrape_targets', 'Targets that are scraped, by how the last scrape went.', [
    ['{health="up"}', up],
    ['{health="down"}', down],
    ['{health="unknown"}', targets - up - down],
  ])
  metric('counter', 'wakeline_scrape_samples_total', 'Scraped samples and markers, stored or given up.', [
    ['{outcome="stored"}', samplesStored],
    ['{outcome="lost"}', samplesLost],
  ])
  if (statsd !== undefined) {
    metric('counter', 'wakeline_statsd_lines_total', 'StatsD lines that came, and that were rejected.', [
      ['{outcome="received"}', statsd.received],
      ['{outcome="rejected"}', statsd.rejected],
    ])
    metric(
      'counter',
      'wakeline_statsd_dropped_datagrams_total',
      'Datagrams that came faster than they could be read.',
      [['', statsd.dropped]],
    )
    metric('gauge', 'wakeline_statsd_series', 'Series of StatsD in memory.', [['', statsd.series]])
  }
  if (syslog === undefined) return
  metric('counter', 'wakeline_syslog_messages_total', 'Syslog messages that came, and that were dropped.', [
    ['{outcome="received"}', syslog.received],
    ['{outcome="dropped"}', syslog.dropped],
  ])
}

const labelValue = (text: string): string => JSON.stringify(text)

function alertingMetrics({ counts, groups, notifying, refusedFiles }: RunningAlerting, metric: WriteMetric): void {
  const { rules, evaluations, failures, missed, pending, firing } = counts()
  metric('gauge', 'wakeline_rule_groups', 'Groups of rules that are evaluated.', [['', groups().length]])
  metric('gauge', 'wakeline_rules', 'Rules that are evaluated.', [['', rules]])
  metric('gauge', 'wakeline_rule_files_refused', 'Rule files with mistakes, whose last good version goes on.', [
    ['', refusedFiles()],
  ])
  metric('counter', 'wakeline_rule_evaluations_total', 'Evaluations of rules.', [['', evaluations]])
  metric('counter', 'wakeline_rule_evaluation_failures_total', 'Evaluations that failed.', [['', failures]])
  metric(
    'counter',
    'wakeline_rule_group_iterations_missed_total',
    'Evaluations of groups left out because the one before took too long.',
    [['', missed]],
  )
  metric(
    'gauge',
    'wakeline_rule_group_last_duration_seconds',
    'How long the last evaluation of a group took.',
    groups().map(({ group, evaluationMs }) => [
      `{file=${labelValue(group.file)},group=${labelValue(group.name)}}`,
      evaluationMs / 1000,
    ]),
  )
  metric('gauge', 'wakeline_alerts', 'Alerts by state.', [
    ['{state="pending"}', pending],
    ['{state="firing"}', firing],
  ])
  const byReceiver = (count: 'sent' | 'failures' | 'dropped' | 'waiting'): [string, number][] =>
    notifying.receivers().map(({ url, counts }) => [`{kind="alertmanager",url=${labelValue(url)}}`, counts[count]])
  metric('counter', 'wakeline_notifications_sent_total', 'Alerts a receiver took.', byReceiver('sent'))
  metric('counter', 'wakeline_notification_failures_total', 'Attempts a receiver did not take.', byReceiver('failures'))
  metric(
    'counter',
    'wakeline_notifications_dropped_total',
    'Alerts given up because too many waited.',
    byReceiver('dropped'),
  )
  metric('gauge', 'wakeline_notifications_waiting', 'Alerts waiting for a receiver.', byReceiver('waiting'))
  notifierMetrics(notifying, metric)
}

function notifierMetrics({ notifier, source }: Notifying, metric: WriteMetric): void {
  const { refused, config } = notifier()
  const counts = notifier().counts()
  const kinds = new Map(config.receivers.flatMap(({ integrations }) => integrations.map(({ id, kind }) => [id, kind])))
  const byIntegration = (count: 'sent' | 'failures' | 'givenUp'): [string, number][] =>
    [...counts].map(([id, each]) => [`{integration=${labelValue(id)},kind="${kinds.get(id) ?? ''}"}`, each[count]])
  metric('counter', 'wakeline_notifier_messages_total', 'Messages that a receiver took.', byIntegration('sent'))
  metric(
    'counter',
    'wakeline_notifier_failures_total',
    'Attempts to tell a receiver that failed.',
    byIntegration('failures'),
  )
  metric(
    'counter',
    'wakeline_notifier_given_up_total',
    'Messages that were given up; their group is told with its next round.',
    byIntegration('givenUp'),
  )
  metric('counter', 'wakeline_notifier_alerts_refused_total', 'Alerts beyond the limit, told to nobody.', [
    ['', refused],
  ])
  metric('gauge', 'wakeline_notify_config_refused', 'Whether the file of --notify-config has mistakes.', [
    ['', source().errors.length > 0 ? 1 : 0],
  ])
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}
