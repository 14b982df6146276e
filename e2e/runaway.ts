import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Counts } from './crash.ts'
import { type RunningServer, startServer } from './server.ts'

/**
 * Questions that would run for hours, asked of a real server: each has to be stopped by the engine within a second of its
 * limit and of its client leaving, while others are answered. That it has stopped is seen from outside: the server's
 * process uses next to no CPU any more.
 */
const limitMs = 5000
const stopMs = 1000
const endless = 'SELECT count() FROM numbers(1000000000000000) WHERE sipHash64(number) = 1'
const hungry = 'SELECT length(groupArray(toString(number))) FROM numbers(1000000000000)'
const wide = 'SELECT number FROM numbers(100000000)'

export async function runRunaway(): Promise<Counts> {
  const server = await startServer({ flags: ['--query-timeout', `${limitMs}ms`] })
  const counts: Counts = { wrong: 0 }
  const expectThat = (name: string, isSo: boolean): void => {
    if (isSo) return
    counts['wrong'] = (counts['wrong'] ?? 0) + 1
    console.error(`not so: ${name}`)
  }
  try {
    await idle(server)
    const others = askOthers(server)
    const startMs = performance.now()
    const late = await ask(server, endless)
    counts['stopped after its limit, ms'] = Math.round(performance.now() - startMs - limitMs)
    expectThat('a question beyond its time is told so', late.status === 504 && late.text.includes(`${limitMs} ms`))
    expectThat('it was stopped within a second of its limit', performance.now() - startMs - limitMs < stopMs)
    counts['CPU after its limit, percent'] = await cpuPercent(server, stopMs)
    const { asked, failed, slowestMs } = await others.stop()
    Object.assign(counts, { 'others asked': asked, 'others failed': failed, 'others slowest, ms': slowestMs })
    expectThat('others are answered meanwhile', asked > 5 && failed === 0 && slowestMs < limitMs)

    const leaving = new AbortController()
    const left = ask(server, endless, leaving.signal).catch(() => undefined)
    await sleep(500)
    const busy = await cpuPercent(server, 1500)
    leaving.abort()
    await left
    await sleep(stopMs)
    counts['CPU of an endless question, percent'] = busy
    counts['CPU a second after its client left, percent'] = await cpuPercent(server, 1000)
    expectThat('the endless question was running', busy > 5)
    expectThat(
      'it was stopped when its client left',
      (counts['CPU a second after its client left, percent'] ?? 100) < busy / 2,
    )

    const large = await ask(server, hungry)
    expectThat('a question beyond its memory is told so', large.status === 422 && /MiB of memory/.test(large.text))
    const long = await ask(server, wide)
    expectThat(
      'a question with too many rows is told so',
      long.status === 422 && /more than 100000 rows/.test(long.text),
    )
    expectThat('the next question is answered', (await ask(server, 'SELECT 1')).status === 200)
  } finally {
    await server.stop()
  }
  return counts
}

async function ask(
  server: RunningServer,
  sql: string,
  signal?: AbortSignal,
): Promise<{ status: number; text: string }> {
  const response = await fetch(`${server.ui}/api/v1/sql?sql=${encodeURIComponent(sql)}`, { ...(signal && { signal }) })
  return { status: response.status, text: await response.text() }
}

/** What a page asks, again and again, until it is told to stop. */
function askOthers(server: RunningServer) {
  let isOver = false
  const told = { asked: 0, failed: 0, slowestMs: 0 }
  const asking = (async () => {
    while (!isOver) {
      const startMs = performance.now()
      const response = await fetch(`${server.ui}/api/v1/services`, { headers: { 'sec-fetch-site': 'same-origin' } })
      await response.arrayBuffer()
      told.asked++
      if (!response.ok) told.failed++
      told.slowestMs = Math.max(told.slowestMs, Math.round(performance.now() - startMs))
      await sleep(100)
    }
  })()
  return {
    stop: async () => {
      isOver = true
      await asking
      return told
    },
  }
}

/** The engine goes on for a while after it has started. */
async function idle(server: RunningServer): Promise<void> {
  for (let n = 0; n < 20 && (await cpuPercent(server, 500)) > 20; n++);
}

/** CPU time the process used while so much time went by: 100 is one core. */
async function cpuPercent({ child }: RunningServer, duringMs: number): Promise<number> {
  const ticks = (): number => {
    const stat = readFileSync(`/proc/${child.pid}/stat`, 'latin1')
    const [user = 0, system = 0] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13)
      .map(Number)
    return user + system
  }
  const [before, startMs] = [ticks(), performance.now()]
  await sleep(duringMs)
  return Math.round(((ticks() - before) * 10 * 100) / (performance.now() - startMs))
}
