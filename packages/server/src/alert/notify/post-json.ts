const timeoutMs = 10_000
const answerMaxLength = 200

export type PostOptions = {
  signal: AbortSignal
  /** Of the header; '' for what the URL says. */
  authorization?: string
  timeoutMs?: number
  followsRedirects?: boolean
}

/** `error` is '' where it was taken; `status` is 0 where there was no answer. */
export type PostOutcome = { error: string; status: number }

/** Posts JSON. A user and a password in the URL are sent as such, and shown nowhere. */
export async function postJson(url: string, body: unknown, options: PostOptions): Promise<PostOutcome> {
  try {
    const { address, authorization } = readUrl(url)
    const shown = options.authorization || authorization
    const answer = await fetch(address, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'User-Agent': 'wakeline',
        ...(shown && { authorization: shown }),
      },
      body: JSON.stringify(body),
      signal: AbortSignal.any([options.signal, AbortSignal.timeout(options.timeoutMs ?? timeoutMs)]),
      redirect: options.followsRedirects === false ? 'manual' : 'follow',
    })
    const text = await answer.text()
    const { ok, status } = answer
    return { error: ok ? '' : `it answered ${status} ${text.slice(0, answerMaxLength).trim()}`.trim(), status }
  } catch (error) {
    const { cause, message } = error instanceof Error ? error : new Error(String(error))
    return { error: cause instanceof Error && cause.message !== '' ? cause.message : message, status: 0 }
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
