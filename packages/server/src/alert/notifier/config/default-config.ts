import type { NotifyConfig } from './notify-config.ts'
import { readNotifyConfig } from './read-notify-config.ts'

/**
 * What holds without a file: everybody is told of everything, one message for all alerts of a name. Read like a file, so that
 * nothing else makes routes. It waits less than an Alertmanager, which hears of alerts from several servers.
 */
export function defaultNotifyConfig(webhooks: readonly string[]): NotifyConfig {
  const file = {
    route: {
      receiver: 'default',
      group_by: ['alertname'],
      group_wait: '5s',
      group_interval: '1m',
      repeat_interval: '4h',
    },
    receivers: [{ name: 'default', ...(webhooks.length > 0 && { webhook_configs: webhooks.map((url) => ({ url })) }) }],
  }
  const read = readNotifyConfig('--alert-webhooks', JSON.stringify(file))
  if ('errors' in read) throw new Error(read.errors.join(' '))
  return read.config
}
