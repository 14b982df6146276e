import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createTransport } from 'nodemailer'
import type { EmailSettings, Integration, MailServer } from '../config/notify-config.ts'
import type { Message, SendOutcome } from '../message.ts'
import { type FlushedAlert, sortedPairs } from '../notify-alert.ts'
import { alertsPage, sentenceOf, titleOf } from './text.ts'

/** So many alerts a person reads in a mail; the rest is a number, and a link away. */
const alertsShown = 50

/** Nobody is woken twice for what a server has refused for good: an address, a sender, a login. */
const firstLastingCode = 500

type With = { readonly signal: AbortSignal; readonly password: string | undefined }

/** Hands one mail to the mail server: text and HTML of the same. Mails of one group are one thread. */
export async function sendMail(
  integration: Integration & EmailSettings,
  message: Message,
  { signal, password }: With,
): Promise<SendOutcome> {
  const { server, http, headers, from, to } = integration
  const transport = createTransport(await transportOptions(server, password, http.timeoutMs))
  const ended = new AbortController()
  const stopped = new Promise<never>((_, reject) => {
    const stop = (): void => reject(new Error('it was given up, as the server stops'))
    signal.addEventListener('abort', stop, { signal: ended.signal })
    if (signal.aborted) stop()
  })
  try {
    const mail = { from, to, ...mailOf(message), ...withSubject(headers) }
    const { rejected } = await Promise.race([transport.sendMail(mail), stopped])
    if (rejected.length === 0) return { error: '', isWorthRetrying: false }
    // The others have it: once more for all would be twice for them.
    return { error: `it does not take mail for ${rejected.map(String).join(', ')}`, isWorthRetrying: false }
  } catch (error) {
    const code = error instanceof Error && 'responseCode' in error ? Number(error.responseCode) : 0
    return { error: error instanceof Error ? error.message : String(error), isWorthRetrying: code < firstLastingCode }
  } finally {
    ended.abort()
    transport.close()
  }
}

async function transportOptions(server: MailServer, password: string | undefined, timeoutMs: number) {
  const { host, port, hello, tls, isCertificateChecked, certificateName, caFile, login } = server
  return {
    host,
    port,
    name: hello,
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    tls: {
      rejectUnauthorized: isCertificateChecked,
      ...(certificateName !== '' && { servername: certificateName }),
      ...(caFile !== '' && { ca: await readFile(caFile) }),
    },
    ...(login && {
      auth: { user: login.username, pass: password ?? '' },
      ...(login.isCramMd5 && { authMethod: 'CRAM-MD5' }),
    }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    // Nothing in a mail is a path or an address to read.
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}

/** A subject of one's own in place of ours, whatever its letters. */
function withSubject(headers: EmailSettings['headers']) {
  const subject = Object.entries(headers).find(([name]) => name.toLowerCase() === 'subject')
  const others = Object.entries(headers).filter(([name]) => name !== subject?.[0])
  return { ...(subject && { subject: subject[1] }), headers: Object.fromEntries(others) }
}

function mailOf(message: Message) {
  const { alerts, groupKey } = message
  const shown = alerts.slice(0, alertsShown)
  const left = alerts.length - shown.length
  const more = left > 0 ? `and ${left} more` : ''
  const page = alertsPage(message)
  const thread = `<${createHash('sha256').update(groupKey).digest('hex').slice(0, 32)}@wakeline>`
  return {
    subject: titleOf(message),
    references: thread,
    text: [...shown.map(textOf), more, `All alerts: ${page}`].filter((part) => part !== '').join('\n\n'),
    html: `<div style="font-family:sans-serif;font-size:14px;max-width:720px">${shown.map(htmlOf).join('')}<p>${more}</p><p><a href="${escaped(page)}">All alerts</a></p></div>`,
  }
}

const stateOf = ({ isResolved }: FlushedAlert): string => (isResolved ? '✓ resolved' : '▲ firing')

const timesOf = ({ isResolved, startsAtMs, endsAtMs }: FlushedAlert): string => {
  const began = `since ${new Date(startsAtMs).toISOString()}`
  return isResolved ? `${began}, until ${new Date(endsAtMs).toISOString()}` : began
}

/** What its sentence does not say of it. */
const detailsOf = ({ labels, annotations }: FlushedAlert): (readonly [string, string])[] => [
  ...sortedPairs(labels),
  ...sortedPairs(annotations).filter(([name]) => name !== 'summary'),
]

function textOf(alert: FlushedAlert): string {
  const details = detailsOf(alert).map(([name, value]) => `  ${name}: ${value}`)
  const link = alert.generatorUrl === '' ? [] : [`  ${alert.generatorUrl}`]
  return [`${stateOf(alert)}: ${sentenceOf(alert)}`, `  ${timesOf(alert)}`, ...details, ...link].join('\n')
}

function htmlOf(alert: FlushedAlert): string {
  const sentence = escaped(sentenceOf(alert))
  const isLink = /^https?:/.test(alert.generatorUrl)
  const title = isLink ? `<a href="${escaped(alert.generatorUrl)}">${sentence}</a>` : sentence
  const rows = detailsOf(alert).map(
    ([name, value]) =>
      `<tr><td style="color:#666;padding-right:12px;vertical-align:top">${escaped(name)}</td><td>${escaped(value)}</td></tr>`,
  )
  const colour = alert.isResolved ? '#2f7d32' : '#b3261e'
  return `<div style="border-left:3px solid ${colour};padding:4px 12px;margin:12px 0"><p style="margin:0"><b style="color:${colour}">${stateOf(alert)}</b> ${title}</p><p style="color:#666;margin:4px 0">${timesOf(alert)}</p><table style="font-size:13px">${rows.join('')}</table></div>`
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escaped = (text: string): string => text.replace(/[&<>"]/g, (character) => entities[character] ?? '')
