import { readFile } from 'node:fs/promises'
import { postJson } from '../../notify/post-json.ts'
import type { EmailSettings, HttpSettings, Integration, Secret } from '../config/notify-config.ts'
import type { Message, SendOutcome } from '../message.ts'
import { sendMail } from './email.ts'
import { pagerDutyBody } from './pagerduty.ts'
import { slackBody } from './slack.ts'
import { webhookBody } from './webhook.ts'

type HttpIntegration = Exclude<Integration, EmailSettings>

/** Tells one integration of a group. */
export async function sendMessage(
  integration: Integration,
  message: Message,
  signal: AbortSignal,
): Promise<SendOutcome> {
  try {
    if (integration.kind === 'email') {
      const { login } = integration.server
      return await sendMail(integration, message, { signal, password: login && (await secretOf(login.password)) })
    }
    return await sendJson(integration, message, signal)
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error), isWorthRetrying: true }
  }
}

async function sendJson(integration: HttpIntegration, message: Message, signal: AbortSignal): Promise<SendOutcome> {
  const url = await secretOf(integration.url)
  const { http } = integration
  const authorization = await authorizationOf(http)
  const body = await bodyOf(integration, message)
  const { error, status } = await postJson(url, body, {
    signal,
    authorization,
    timeoutMs: http.timeoutMs,
    followsRedirects: http.followsRedirects,
  })
  // Who was not reached, is busy or has a fault of its own may take it later.
  return { error, isWorthRetrying: status === 0 || status === 429 || status >= 500 }
}

async function bodyOf(integration: HttpIntegration, message: Message): Promise<object> {
  if (integration.kind === 'webhook') return webhookBody(message, integration)
  if (integration.kind === 'slack') return slackBody(message, integration)
  return pagerDutyBody(message, integration, await secretOf(integration.routingKey))
}

const secretOf = async (secret: Secret): Promise<string> =>
  'text' in secret ? secret.text : (await readFile(secret.file, 'utf8')).trim()

async function authorizationOf({ authorization }: HttpSettings): Promise<string> {
  if (authorization === undefined) return ''
  if ('scheme' in authorization) return `${authorization.scheme} ${await secretOf(authorization.credentials)}`
  const pair = `${authorization.username}:${await secretOf(authorization.password)}`
  return `Basic ${Buffer.from(pair).toString('base64')}`
}
