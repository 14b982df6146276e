import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { isInstalled } from '../e2e/prometheus-over.ts'
import { randomOf } from '../packages/protocol/src/random.case.ts'
import type { AlertLabels, Matcher } from '../packages/server/src/alert/matchers/matcher.ts'
import type { NotifyConfig, Route } from '../packages/server/src/alert/notifier/config/notify-config.ts'
import { readNotifyConfig } from '../packages/server/src/alert/notifier/config/read-notify-config.ts'
import { routesOf } from '../packages/server/src/alert/notifier/routing.ts'

const askedAtMost = 60

/**
 * A configuration, and the receivers of alerts made from the matchers of its own routes: ours, and those that
 * `amtool config routes test` names, where it is installed.
 */
export async function problemsOfRouting(
  file: string,
  text: string,
): Promise<{ name: string; problem: string | { skipped: string } }[]> {
  const read = readNotifyConfig(file, text)
  if ('errors' in read) return [{ name: file, problem: read.errors.join(' ') }]
  const told = [{ name: file, problem: '' }]
  if (!isInstalled('amtool'))
    return [...told, { name: `${file} against amtool`, problem: { skipped: 'amtool is not installed' } }]
  const directory = await mkdtemp(join(tmpdir(), 'wakeline-routing-'))
  try {
    const path = join(directory, 'alertmanager.yml')
    await writeFile(path, text)
    const refused = await refusalOf(path)
    if (refused !== '') return [...told, { name: `${file} against amtool`, problem: { skipped: refused } }]
    for (const labels of labelSetsOf(read.config)) told.push(await compare({ file, path, labels, config: read.config }))
    return told
  } finally {
    await rm(directory, { recursive: true })
  }
}

/** Why amtool does not take the file: it knows kinds of receivers that are left out here, and what they need. */
const refusalOf = (path: string): Promise<string> =>
  promisify(execFile)('amtool', ['check-config', path]).then(
    () => '',
    (error: unknown) => `amtool refuses it: ${error instanceof Error ? error.message : error}`,
  )

type Compared = { file: string; path: string; labels: AlertLabels; config: NotifyConfig }

async function compare({ file, path, labels, config }: Compared): Promise<{ name: string; problem: string }> {
  const words = Object.entries(labels).map(([name, value]) => `${name}=${value}`)
  const name = `${file} ${words.join(' ')}`
  const { stdout } = await promisify(execFile)('amtool', [
    'config',
    'routes',
    'test',
    `--config.file=${path}`,
    ...words,
  ])
  const theirs = stdout.trim()
  const ours = routesOf(config.route, labels)
    .map(({ receiver }) => receiver)
    .join(',')
  return { name, problem: ours === theirs ? '' : `goes to ${ours}, and for amtool to ${theirs}` }
}

/** What the matchers of a route ask for, some of it left out or otherwise. */
function labelSetsOf({ route }: NotifyConfig): AlertLabels[] {
  const random = randomOf(1)
  const all = allRoutes(route)
  const sets = new Map<string, AlertLabels>([['', { alertname: 'Any' }]])
  for (let i = 0; i < askedAtMost * 3 && sets.size < askedAtMost; i++) {
    const labels: Record<string, string> = {}
    const first = all[i % all.length] ?? []
    const second = random.pick(all)
    for (const matcher of [...first, ...(random.number() < 0.5 ? second : [])])
      if (random.number() < 0.9) labels[matcher.name] = valueFor(matcher, random.number())
    if (Object.keys(labels).length > 0) sets.set(JSON.stringify(labels), labels)
  }
  return [...sets.values()]
}

/** The matchers of every route, with those above it. */
function allRoutes(route: Route, above: readonly Matcher[] = []): (readonly Matcher[])[] {
  const own = [...above, ...route.matchers]
  return [own, ...route.routes.flatMap((below) => allRoutes(below, own))]
}

/** A value that is meant, mostly: of a regular expression one of its plain alternatives. */
function valueFor({ operator, value }: Matcher, chance: number): string {
  if (operator === '=') return chance < 0.85 && value !== '' ? value : 'other'
  if (operator === '=~') {
    const plain = value
      .replace(/^\^?\(?|\)?\$?$/g, '')
      .split('|')
      .filter((each) => /^[\w .-]+$/.test(each))
    return plain[Math.floor(chance * plain.length)]?.replaceAll('.*', 'x') ?? value.replace(/[.*+?()[\]^$|]/g, '')
  }
  return chance < 0.5 ? 'other' : value.split('|')[0]?.replace(/[.*+?()[\]^$]/g, '') || 'other'
}
