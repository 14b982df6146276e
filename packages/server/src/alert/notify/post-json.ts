import type { Post } from './told-alert.ts'

const timeoutMs = 10_000
const answerMaxLength = 200

/** Posts JSON. A user and a password in the URL are sent as such, and shown nowhere. */
export const postJson: Post = async (url, body, signal) => {
  const { address, authorization } = readUrl(url)
  try {
    const answer = await fetch(address, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'User-Agent': 'wakeline',
        ...(authorization && { authorization }),
      },
      body: JSON.stringify(body),
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      redirect: 'follow',
    })
    const text = await answer.text()
    return answer.ok ? '' : `it answered ${answer.status} ${text.slice(0, answerMaxLength).trim()}`.trim()
  } catch (error) {
    const { cause, message } = error instanceof Error ? error : new Error(String(error))
    return cause instanceof Error && cause.message !== '' ? cause.message : message
  }
}

function readUrl(url: string): { address: string; authorization: string } {
  const parsed = new URL(url)
  const { username, password } = parsed
  if (username === '') return { address: url, authorization: '' }
  parsed.username = ''
  parsed.password = ''
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { address: parsed.href, authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
}

/** Without what nobody is to read. */
export function shownUrl(url: string): string {
  if (!URL.canParse(url)) return url
  const parsed = new URL(url)
  parsed.username = ''
  parsed.password = ''
  parsed.search = ''
  return parsed.href
}
