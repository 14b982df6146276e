import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type AlertWindows, usualAlertWindows } from '@wakeline/analysis'
import { ownRules, printRuleFile, sloGroups } from '../alert/slo/print-rules.ts'
import { readSloFile } from '../alert/slo/read-slo-file.ts'
import { readWindows } from '../alert/slo/read-windows.ts'
import type { Slo } from '../alert/slo/slo.ts'
import { sloRules } from '../alert/slo/slo-rules.ts'
import { type ReadRules, readFiles } from './rule-files.ts'

export type ReadSlos = Omit<ReadRules, 'files'> & { files: (ReadRules['files'][number] & { slos: readonly Slo[] })[] }

export type SloFilesOptions = {
  readonly patterns: readonly string[]
  /** Of tables of windows; '' for the usual ones. */
  readonly windowsFolder: string
  readonly periodMs: number
  readonly version: string
}

/** Reads all files of SLOs of some patterns, as rules are, with the rules made of them. */
export async function readSloFiles(options: SloFilesOptions): Promise<ReadSlos> {
  const { patterns, windowsFolder, periodMs, version } = options
  const slos = new Map<string, readonly Slo[]>()
  if (patterns.length === 0) return { files: [], errors: [], refused: [] }
  const { windowsOf, errors } = await readWindowsFolder(windowsFolder)
  const owners = new Map<string, string>()
  const read = await readFiles(patterns, 'SLOs', (path, text) => {
    const file = readSloFile(path, text, { periodMs, windowsOf })
    if ('errors' in file) return file
    const twice = file.slos.flatMap(({ id, line }) => {
      const owner = owners.get(id)
      return owner === undefined
        ? []
        : [`Cannot read ${path}:${line}: the SLO "${id}" is in ${owner} already; give each its own name.`]
    })
    const made = file.slos.map((slo) => sloGroups(slo, ownRules(version)))
    const wrong = [...twice, ...made.flatMap((each) => ('errors' in each ? each.errors : []))]
    if (wrong.length > 0) return { errors: wrong }
    for (const { id } of file.slos) owners.set(id, path)
    slos.set(path, file.slos)
    return { groups: made.flatMap((each) => ('groups' in each ? each.groups : [])) }
  })
  const files = read.files.map((file) => ({ ...file, slos: slos.get(file.path) ?? [] }))
  return { files, errors: [...errors, ...read.errors], refused: read.refused }
}

type Windows = { windowsOf: (periodMs: number) => AlertWindows; errors: string[] }

async function readWindowsFolder(folder: string): Promise<Windows> {
  const tables = new Map<number, AlertWindows>()
  const errors: string[] = []
  const paths = await windowFiles(folder).catch((error: unknown) => {
    errors.push(`Cannot read the windows of ${folder}: ${error instanceof Error ? error.message : error}`)
    return []
  })
  for (const path of paths) {
    const windows = readWindows(path, await readFile(path, 'utf8'))
    if ('errors' in windows) errors.push(...windows.errors)
    else if (tables.has(windows.periodMs))
      errors.push(`Cannot read ${path}: another file has windows of its period already; leave one.`)
    else tables.set(windows.periodMs, windows)
  }
  return { windowsOf: (periodMs) => tables.get(periodMs) ?? usualAlertWindows(periodMs), errors }
}

/** Tables of windows, in a folder of their own. */
export async function windowFiles(folder: string): Promise<string[]> {
  if (folder === '') return []
  const names = (await readdir(folder)).filter((name) => /\.ya?ml$/.test(name))
  return names.sort().map((name) => join(folder, name))
}

/** The rules of a file of SLOs as a rule file of Prometheus, or what is wrong with it. */
export async function printSloRules(options: SloFilesOptions): Promise<{ text: string; errors: readonly string[] }> {
  const { files, errors } = await readSloFiles(options)
  const groups = files.flatMap(({ slos }) => slos.flatMap((slo) => sloRules(slo, ownRules(options.version))))
  return { text: printRuleFile(groups), errors }
}
