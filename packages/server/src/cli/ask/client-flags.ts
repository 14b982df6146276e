import { type Ask, openAsk } from '@wakeline/protocol'
import { urlFromHere } from '../../base/listen-on.ts'
import { readTimes } from '../../text/read-times.ts'
import { nearest } from '../nearest.ts'
import { readOptions } from '../read-options.ts'

/** A word for its value ('' for none), and a sentence. */
export type AskFlags = Readonly<Record<string, { value: string; sentence: string }>>

/**
 * What the commands that ask a running server have in common: where it is, how far back, and for whom the answer is.
 * Without --url it is the server that the options and variables of `wakeline serve` describe.
 */
export const serverFlags: AskFlags = {
  url: {
    value: 'URL',
    sentence: 'The server; WAKELINE_URL, or what the options of serve say, by default http://127.0.0.1:9253.',
  },
  'token-file': { value: 'FILE', sentence: 'Its first line is the token; or WAKELINE_TOKEN.' },
}
export const askFlags: AskFlags = {
  last: { value: 'DURATION', sentence: 'How far back: 15m, 1h30m, 7d. Default 1h.' },
  from: { value: 'TIME', sentence: 'Start, where not the last so much: RFC 3339 or Unix milliseconds.' },
  to: { value: 'TIME', sentence: 'End; default now.' },
  json: { value: '', sentence: 'Answers as JSON, one object a line, for programs.' },
  ...serverFlags,
}

export type Asked = {
  ask: Ask
  url: string
  words: string[]
  /** Values of the command's own flags; those without a value are 'yes'. */
  own: Record<string, string | undefined>
  fromMs: number
  toMs: number
  json: boolean
}

/** Reads the command line. A mistake comes back as a sentence. */
export function readAsked(argv: readonly string[], own: AskFlags, nowMs: number): Asked | { error: string } {
  const flags = { ...askFlags, ...own }
  const words: string[] = []
  const given: Record<string, string | undefined> = {}
  const rest = [...argv]
  for (let argument = rest.shift(); argument !== undefined; argument = rest.shift()) {
    const [, name, inline] = /^--([a-z-]+)(?:=([\s\S]*))?$/.exec(argument) ?? []
    if (name === undefined) {
      // One dash is "not" in a search.
      words.push(argument)
      continue
    }
    const flag = flags[name]
    if (flag === undefined)
      return { error: `Cannot read --${name}: there is no such flag; ${advise(name, Object.keys(flags))}` }
    const value = flag.value === '' ? 'yes' : (inline ?? rest.shift())
    if (value === undefined) return { error: `Cannot read --${name}: no value follows it` }
    given[name] = value
  }
  const server = findServer(given)
  if ('error' in server) return server
  const range = readTimes(given, nowMs, '--')
  if ('error' in range) return range
  const ask = openAsk((path, init) =>
    fetch(server.url + String(path), { ...init, headers: { ...init?.headers, ...authorization(server.token) } }),
  )
  return { ask, url: server.url, words, own: given, ...range, json: given['json'] !== undefined }
}

function advise(name: string, names: readonly string[]): string {
  const near = nearest(name, names)
  return near === undefined ? `they are ${names.map((each) => `--${each}`).join(', ')}` : `did you mean --${near}?`
}

function findServer(given: Record<string, string | undefined>): { url: string; token: string } | { error: string } {
  const argv = given['token-file'] === undefined ? [] : ['--token-file', given['token-file']]
  // What only a server minds, such as a host without a token, is no mistake of who asks.
  const read = readOptions({ argv, env: { ...process.env, WAKELINE_HOST: undefined } })
  if ('errors' in read) return { error: read.errors.join('\n') }
  const { token, uiPort } = read.options
  const host = process.env['WAKELINE_HOST'] || read.options.host
  const url = given['url'] ?? (process.env['WAKELINE_URL'] || urlFromHere({ host, port: uiPort }))
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    return { error: `Cannot ask "${url}": it is not an http or https URL` }
  }
  return { url: url.replace(/\/+$/, ''), token }
}

function authorization(token: string): Record<string, string> {
  return token === '' ? {} : { authorization: `Bearer ${token}` }
}
