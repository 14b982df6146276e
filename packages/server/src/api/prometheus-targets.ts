/** What is scraped, as who scrapes tells of it; times in Unix milliseconds. */
export type ScrapeTargets = {
  active: readonly {
    pool: string
    url: string
    discoveredLabels: Readonly<Record<string, string>>
    labels: Readonly<Record<string, string>>
    health: 'unknown' | 'up' | 'down'
    lastError: string
    /** 0 before the first. */
    lastScrapeUnixMs: number
    lastDurationMs: number
    intervalMs: number
    timeoutMs: number
  }[]
  dropped: readonly { pool: string; discoveredLabels: Readonly<Record<string, string>> }[]
  droppedCounts: Readonly<Record<string, number>>
}

/** GET /targets, with `state` (active, dropped, any) and `scrapePool`. */
export function targetsAnswer({ active, dropped, droppedCounts }: ScrapeTargets, parameters: URLSearchParams): object {
  const state = parameters.get('state')?.toLowerCase() ?? ''
  const pool = parameters.get('scrapePool') ?? ''
  const isOfPool = (each: { pool: string }): boolean => pool === '' || each.pool === pool
  const answer: Record<string, unknown> = { activeTargets: [], droppedTargets: [], droppedTargetCounts: {} }
  if (state === 'dropped' || state === 'active' || state === 'any' || state === '') {
    if (state !== 'dropped') answer['activeTargets'] = active.filter(isOfPool).map(activeTarget)
    if (state !== 'active') {
      answer['droppedTargets'] = dropped
        .filter(isOfPool)
        .map(({ pool: scrapePool, discoveredLabels }) => ({ discoveredLabels, scrapePool }))
      answer['droppedTargetCounts'] = droppedCounts
    }
  }
  return answer
}

/** Names of what is scraped together, in order. */
export const scrapePoolsOf = ({ active, dropped }: ScrapeTargets): string[] =>
  [...new Set([...active, ...dropped].map(({ pool }) => pool))].sort()

const never = '0001-01-01T00:00:00Z'

function activeTarget(target: ScrapeTargets['active'][number]): object {
  return {
    discoveredLabels: target.discoveredLabels,
    labels: target.labels,
    scrapePool: target.pool,
    scrapeUrl: target.url,
    globalUrl: target.url,
    lastError: target.lastError,
    lastScrape: target.lastScrapeUnixMs === 0 ? never : new Date(target.lastScrapeUnixMs).toISOString(),
    lastScrapeDuration: target.lastDurationMs / 1000,
    health: target.health,
    scrapeInterval: durationText(target.intervalMs),
    scrapeTimeout: durationText(target.timeoutMs),
  }
}

/** `1m30s`, as Prometheus writes it. */
function durationText(ms: number): string {
  let rest = ms
  let text = ''
  for (const [unit, unitMs] of [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
    ['ms', 1],
  ] as const) {
    const count = Math.floor(rest / unitMs)
    rest -= count * unitMs
    if (count > 0) text += `${count}${unit}`
  }
  return text
}
