import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { DashboardsParts, FixedDashboard } from '../api/dashboards.ts'
import { MadeDashboards } from '../dashboard/made-dashboards.ts'
import { readDashboardFile } from '../dashboard/read-dashboard-file.ts'
import type { Options } from '../options.ts'
import { listed } from './listed.ts'
import { pathsOf, rulesFingerprint } from './rule-files.ts'
import type { ServerParts } from './server-parts.ts'

type Found = { dashboards: FixedDashboard[]; errors: string[] }

/** Dashboards made here, and those of `--dashboards`, whose files are looked at when somebody asks. */
export async function openDashboards(
  { options, nowUnixMs, report }: ServerParts,
  directory: string,
): Promise<DashboardsParts & { reload: (options: Options) => void }> {
  const made = new MadeDashboards({ directory, nowUnixMs })
  await made.open()
  let patterns = listed(options.dashboards)
  let seen = ''
  let found: Found = { dashboards: [], errors: [] }
  const files = async (): Promise<Found> => {
    const now = `${patterns.join('\n')}\n${await rulesFingerprint(patterns)}`
    if (now === seen) return found
    found = await readDashboardFiles(patterns)
    seen = now
    for (const error of found.errors) report('error', error)
    return found
  }
  await files()
  return {
    made,
    files,
    reload: (changed) => {
      patterns = listed(changed.dashboards)
    },
  }
}

/** Their ids are the names of their files, so that a link stays what it is. */
export async function readDashboardFiles(patterns: readonly string[]): Promise<Found> {
  const dashboards: FixedDashboard[] = []
  const errors: string[] = []
  for (const file of await filesOf(patterns, errors)) {
    const id = `file-${basename(file)
      .replace(/\.json$/i, '')
      .replace(/[^\w.-]+/g, '-')}`
    const same = dashboards.find((each) => each.id === id)
    if (same !== undefined) {
      errors.push(`Cannot take the dashboard of ${file}: ${same.file} has the same name, which links are made of`)
      continue
    }
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      errors.push(`Cannot read ${file}: ${error instanceof Error ? error.message : error}`)
    })
    if (text === undefined) continue
    const read = readDashboardFile(text)
    if ('errors' in read) errors.push(...read.errors.map((error) => `Cannot take the dashboard of ${file}: ${error}`))
    else dashboards.push({ id, file, dashboard: read.dashboard, notTaken: read.notTaken, problems: read.problems })
  }
  return { dashboards, errors }
}

async function filesOf(patterns: readonly string[], errors: string[]): Promise<ReadonlySet<string>> {
  const files = new Set<string>()
  for (const pattern of patterns)
    try {
      for (const path of await pathsOf(pattern)) files.add(path)
    } catch (error) {
      errors.push(`Cannot read the dashboards of ${pattern}: ${error instanceof Error ? error.message : error}`)
    }
  return files
}
