import { mkdtemp, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { isInstalled, startRestartable } from '../e2e/prometheus-over.ts'
import { addTo } from '../packages/analysis/src/index.ts'
import { type Random, randomOf } from '../packages/protocol/src/random.case.ts'
import { listen } from '../packages/sdk/src/testing/listen.ts'
import { readNotifyConfig } from '../packages/server/src/alert/notifier/config/read-notify-config.ts'
import { NotifierLoop } from '../packages/server/src/alert/notifier/notifier-loop.ts'
import { sendMessage } from '../packages/server/src/alert/notifier/send/send.ts'
import { alertmanagerRoutes } from '../packages/server/src/api/alertmanager/alertmanager.ts'
import { type Case, caseOf } from './suite.ts'

/**
 * Random scripts - alerts that fire, are refreshed, end by themselves or are resolved, silences made, changed and expired - told at
 * the same moments to Debian's Alertmanager and to our notifier, with the same configuration: what their webhooks hear of each
 * group has to be the same, message by message.
 *
 * Many scripts run at once, told apart by a label. What happens, happens at even seconds, and groups are looked at in odd ones,
 * so that a busy machine does not decide which was first; a script that was late all the same is run again.
 */
const scripts = 200
const scriptsAtOnce = 20
const lateMaxMs = 600
const attemptsMax = 5
const stepMs = 2000
const steps = 20
/** Scripts begin at different moments, so that not all of them ask at once. */
const delaysMax = 8
const settleMs = 14_000

const config = (sink: string): string => `
route:
  receiver: r0
  group_by: [script, alertname]
  group_wait: 3s
  group_interval: 4s
  repeat_interval: 13s
  routes:
    - { matchers: ['sev="page"'], receiver: r1, group_by: [script], continue: true }
    - { matchers: ['x=~"2|3"'], receiver: r2, group_by: ['...'], repeat_interval: 9s }
    - matchers: ['alertname="C"']
      receiver: r3
      routes: [{ matchers: ['x!="1"'], group_by: [script, x] }]
receivers:
${['r0', 'r1', 'r2', 'r3'].map((name) => `  - { name: ${name}, webhook_configs: [{ url: '${sink}', send_resolved: ${name !== 'r3'} }] }`).join('\n')}
inhibit_rules:
  - { source_matchers: ['sev="page"'], target_matchers: ['sev=~"warn|page"'], equal: [script, x] }
  - { source_matchers: ['alertname="C"'], target_matchers: ['alertname="B"'], equal: [script] }
`

/** By script, and there by receiver and group: each message in a line. */
type Heard = Map<string, Map<string, string[]>>

export async function runNotifierRandom(): Promise<Case[]> {
  const names = Array.from({ length: scripts }, (_, i) => `script ${i + 1}`)
  if (!isInstalled('prometheus-alertmanager'))
    return names.map((name) => caseOf(name, { skipped: 'prometheus-alertmanager is not installed' }))
  const [theirs, ours] = [await openSink(), await openSink()]
  const directory = await mkdtemp(join(tmpdir(), 'wakeline-notifier-'))
  await writeFile(join(directory, 'alertmanager.yml'), config(theirs.url))
  const notifier = openNotifier(config(ours.url))
  const alertmanager = await startRestartable('prometheus-alertmanager', directory, '/-/ready', (address) => [
    `--config.file=${join(directory, 'alertmanager.yml')}`,
    `--storage.path=${join(directory, 'data')}`,
    `--web.listen-address=${address}`,
    '--cluster.listen-address=',
    '--log.level=error',
  ])
  try {
    const toTheirs = async (path: string, body: unknown, method = 'POST'): Promise<string> =>
      answerOf(await fetch(`${alertmanager.url}/api/v2${path}`, requestOf(method, body)))
    const toOurs = async (path: string, body: unknown, method = 'POST'): Promise<string> =>
      answerOf(await notifier.routes.request(path, requestOf(method, body)))
    return await runAll(
      (script, startMs) => runScript(script, { to: [toTheirs, toOurs], startMs }),
      [theirs.heard, ours.heard],
    )
  } finally {
    await alertmanager.stop()
    await notifier.loop.stop()
    for (const { server } of [theirs, ours]) server.close()
  }
}

/** How much later than it should have been something happened. */
type Run = (script: { seed: number; name: string }, startMs: number) => Promise<{ lateMs: number }>

/** Some at once, and those that were late again. */
async function runAll(run: Run, [theirs, ours]: readonly [Heard, Heard]): Promise<Case[]> {
  const cases = new Map<number, Case>()
  const left = Array.from({ length: scripts }, (_, i) => ({ seed: i + 1, attempt: 1 }))
  while (left.length > 0) {
    const batch = left.splice(0, scriptsAtOnce).map((each) => ({ ...each, name: `${each.seed}.${each.attempt}` }))
    const startMs = Date.now() + stepMs
    const runs = await Promise.all(batch.map((each) => run(each, startMs)))
    await pause(settleMs)
    for (const [i, { seed, attempt, name }] of batch.entries()) {
      const lateMs = runs[i]?.lateMs ?? 0
      const problem = difference(theirs.get(name), ours.get(name))
      if (lateMs > lateMaxMs && attempt < attemptsMax) left.push({ seed, attempt: attempt + 1 })
      else if (lateMs > lateMaxMs)
        cases.set(seed, caseOf(`script ${seed}`, { skipped: `the machine was too busy: ${lateMs} ms late` }))
      else cases.set(seed, caseOf(`script ${seed}`, problem))
    }
  }
  return [...cases].sort(([a], [b]) => a - b).map(([, each]) => each)
}

const requestOf = (method: string, body: unknown): RequestInit => ({
  method,
  headers: { 'Content-Type': 'application/json' },
  ...(body !== undefined && { body: JSON.stringify(body) }),
})

async function answerOf(answer: Response): Promise<string> {
  const text = await answer.text()
  if (!answer.ok) throw new Error(`it answered ${answer.status} ${text}`)
  return text
}

function openNotifier(text: string) {
  const read = readNotifyConfig('alertmanager.yml', text)
  if ('errors' in read) throw new Error(read.errors.join('\n'))
  const loop = new NotifierLoop(read.config, {
    nowUnixMs: Date.now,
    send: sendMessage,
    externalUrl: () => 'http://here',
    report: (sentence) => console.error(sentence),
    changed: () => {},
    onFault: (error) => console.error(error),
  })
  const notifying = {
    notifier: () => loop.notifier,
    source: () => ({ file: '', errors: [], leftOut: [] }),
    keep: async () => '',
  }
  return { loop, routes: alertmanagerRoutes({ version: '0', nowUnixMs: Date.now, notifying }) }
}

async function openSink(): Promise<{ url: string; heard: Heard; server: Server }> {
  const heard: Heard = new Map()
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    note(heard, JSON.parse(body))
    response.end()
  })
  const url = `http://127.0.0.1:${await listen(server)}/`
  return { url, heard, server }
}

type Payload = {
  receiver: string
  groupKey: string
  status: string
  alerts: { status: string; labels: Record<string, string>; fingerprint: string }[]
}

function note(heard: Heard, { receiver, groupKey, status, alerts }: Payload): void {
  const script = alerts[0]?.labels.script ?? ''
  const groups = heard.get(script) ?? new Map<string, string[]>()
  heard.set(script, groups)
  const key = `${receiver} ${groupKey}`
  const told = alerts.map(
    (each) => `${each.status} ${each.labels.alertname}${each.labels.x}${each.labels.sev} ${each.fingerprint}`,
  )
  addTo(groups, key, `${status}: ${told.join(', ')}`)
}

type HeardOfScript = ReadonlyMap<string, readonly string[]> | undefined

function difference(theirs: HeardOfScript, ours: HeardOfScript): string {
  const keys = new Set([...(theirs?.keys() ?? []), ...(ours?.keys() ?? [])])
  for (const key of [...keys].sort()) {
    const [a, b] = [theirs?.get(key) ?? [], ours?.get(key) ?? []]
    const at = a.findIndex((line, i) => line !== b[i])
    const place = at < 0 && a.length === b.length ? -1 : at < 0 ? a.length : at
    if (place >= 0)
      return `${key}, message ${place + 1}: Alertmanager has "${a[place] ?? 'none'}", we have "${b[place] ?? 'none'}"`
  }
  return ''
}

type Tell = (path: string, body: unknown, method?: string) => Promise<string>
type Script = { random: Random; script: string; to: readonly [Tell, Tell]; silences: [string, string][] }

async function runScript(
  { seed, name }: { seed: number; name: string },
  { to, startMs }: { to: readonly [Tell, Tell]; startMs: number },
): Promise<{ lateMs: number }> {
  const random = randomOf(seed)
  const state: Script = { random, script: name, to, silences: [] }
  let lateMs = 0
  const firstMs = startMs + random.below(delaysMax) * stepMs
  for (let step = 0; step < steps; step++) {
    await pause(Math.max(0, firstMs + step * stepMs - Date.now()))
    const chance = random.number()
    if (chance < 0.45) await fire(state)
    else if (chance < 0.65) await resolve(state)
    else if (chance < 0.75) await silence(state)
    else if (chance < 0.82) await expire(state)
    // When it was there, and not when it was sent.
    lateMs = Math.max(lateMs, Date.now() - (firstMs + step * stepMs))
  }
  return { lateMs }
}

const both = async ({ to }: Script, path: string, body: unknown, method?: string): Promise<[string, string]> => {
  const [theirs, ours] = await Promise.all(to.map((tell) => tell(path, body, method)))
  return [theirs ?? '', ours ?? '']
}

const labelsOf = ({ random, script }: Script): Record<string, string> => ({
  alertname: random.pick(['A', 'B', 'C']),
  sev: random.pick(['page', 'warn', 'info']),
  x: random.pick(['1', '2', '3']),
  script,
  ...(random.number() < 0.3 && { job: random.pick(['j', 'k']) }),
})

/** One or two alerts, which fire on until they are resolved or for some steps. */
async function fire(state: Script): Promise<void> {
  const { random } = state
  const alerts = Array.from({ length: 1 + random.below(2) }, () => ({
    labels: labelsOf(state),
    annotations: { summary: `${random.below(3)}` },
    ...(random.number() < 0.3 && { endsAt: later(1 + random.below(6)) }),
  }))
  await both(state, '/alerts', alerts)
}

const later = (after: number): string => new Date(Date.now() + after * stepMs).toISOString()

async function resolve(state: Script): Promise<void> {
  await both(state, '/alerts', [{ labels: labelsOf(state), endsAt: new Date().toISOString() }])
}

async function silence(state: Script): Promise<void> {
  const { random, script } = state
  const [name, isRegex, value] = random.pick([
    ['x', false, '1'],
    ['sev', true, 'page|warn'],
    ['alertname', false, 'A'],
    ['job', true, 'j|'],
  ] as const)
  const begins = random.number() < 0.3 ? 2 : 0
  const body = {
    matchers: [
      { name: 'script', value: script, isRegex: false, isEqual: true },
      { name, value, isRegex, isEqual: random.number() < 0.8 },
    ],
    startsAt: later(begins),
    endsAt: later(begins + 2 + random.below(6)),
    createdBy: 'random',
    comment: 'random',
  }
  const [theirs, ours] = await both(state, '/silences', body)
  state.silences.push([JSON.parse(theirs).silenceID, JSON.parse(ours).silenceID])
}

async function expire({ random, silences, to: [theirs, ours] }: Script): Promise<void> {
  if (silences.length === 0) return
  const [of] = silences.splice(random.below(silences.length), 1)
  if (of === undefined) return
  // One that has expired by itself Alertmanager refuses to expire.
  await Promise.all([
    theirs(`/silence/${of[0]}`, undefined, 'DELETE').catch(() => ''),
    ours(`/silence/${of[1]}`, undefined, 'DELETE'),
  ])
}
