import type { SlackSettings } from '../config/notify-config.ts'
import type { Message } from '../message.ts'
import { alertsPage, sentenceOf, titleOf } from './text.ts'

/** So many alerts a person reads; the rest is a number, and a link away. */
const alertsShown = 20
const textMaxLength = 3000

/** A message for a webhook of Slack, or of what takes the same. */
export function slackBody(message: Message, { channel, username, iconEmoji, iconUrl }: SlackSettings): object {
  const { alerts, status } = message
  const lines = alerts.slice(0, alertsShown).map((alert) => {
    const said = escaped(sentenceOf(alert).slice(0, textMaxLength / alertsShown))
    const text = alert.generatorUrl === '' ? said : `<${alert.generatorUrl}|${said}>`
    return `${alert.isResolved ? '✓' : '▲'} ${text}`
  })
  if (alerts.length > alertsShown) lines.push(`and ${alerts.length - alertsShown} more`)
  const title = titleOf(message)
  return {
    ...(channel && { channel }),
    ...(username && { username }),
    ...(iconEmoji && { icon_emoji: iconEmoji }),
    ...(iconUrl && { icon_url: iconUrl }),
    attachments: [
      {
        fallback: title,
        color: status === 'firing' ? 'danger' : 'good',
        title: escaped(title),
        title_link: alertsPage(message),
        text: lines.join('\n'),
        mrkdwn_in: ['text'],
      },
    ],
  }
}

/** Slack's three. `|` and `>` would end a link. */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('|', '¦')
