import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { type AlertWindows, burnFactor, usualAlertWindows } from '@wakeline/analysis'
import { parseAllDocuments } from 'yaml'
import { readSloFile } from '../packages/server/src/alert/slo/read-slo-file.ts'
import { readWindows } from '../packages/server/src/alert/slo/read-windows.ts'
import {
  type RulesOptions,
  sloRules,
  type WrittenGroup,
  type WrittenRule,
} from '../packages/server/src/alert/slo/slo-rules.ts'
import { type Case, type Problem, tryCase } from './suite.ts'

/**
 * SLOs, and the rules that sloth derives from them: every rule has to be equal, with its name, expression, labels and annotations, and groups
 * and their order, too. A folder has spec/ and expected-rules/, with the same names, and tables of windows (`*.yaml`) that come
 * before our own. What sloth was told on its command line is taken from what it wrote: the period, further labels, and its version.
 */
export async function runSlo(directory: string): Promise<Case[]> {
  const cases: Case[] = []
  const tables = new Map<number, AlertWindows>()
  for (const file of (await readdir(directory)).filter((name) => /\.ya?ml$/.test(name)).sort())
    cases.push(
      await tryCase(file, async () => {
        const windows = readWindows(file, await readFile(join(directory, file), 'utf8'))
        if ('errors' in windows) return windows.errors.join(' ')
        tables.set(windows.periodMs, windows)
        return problemOfWindows(windows)
      }),
    )
  const windowsOf = (periodMs: number): AlertWindows => tables.get(periodMs) ?? usualAlertWindows(periodMs)
  for (const file of (await readdir(join(directory, 'spec'))).sort()) {
    const spec = await readFile(join(directory, 'spec', file), 'utf8')
    const expected = await readFile(join(directory, 'expected-rules', file), 'utf8').catch(() => undefined)
    if (expected === undefined) {
      // Nothing to hold it against: it is to be read, or refused where its name says so.
      cases.push(await tryCase(`spec/${file}`, () => problemOfSpec(file, spec, windowsOf)))
      continue
    }
    const groups = groupsOf(expected)
    cases.push(await tryCase(`spec/${file} groups`, () => problemOfGroups(groups, made(file, spec, groups, windowsOf))))
    for (const [place, group] of groups.entries())
      for (const [at, rule] of group.rules.entries()) {
        const name = `spec/${file} ${group.name} ${at} ${rule.record ?? rule.alert}`
        const own = (): WrittenRule | undefined => made(file, spec, groups, windowsOf)[place]?.rules[at]
        cases.push(await tryCase(name, () => problemOfRule(rule, own())))
      }
  }
  return cases
}

function problemOfWindows(windows: AlertWindows): Problem {
  const isUsual = [7, 28, 30].some((days) => days * 86_400_000 === windows.periodMs)
  const { pageQuick, pageSlow, ticketQuick, ticketSlow } = windows
  const factors = [pageQuick, pageSlow, ticketQuick, ticketSlow].map((each) => burnFactor(windows.periodMs, each))
  if (!factors.every((factor) => factor > 0)) return `its factors are ${factors.join(', ')}`
  return isUsual && !isDeepStrictEqual(windows, usualAlertWindows(windows.periodMs))
    ? { skipped: 'other windows than the usual ones' }
    : ''
}

function problemOfSpec(file: string, text: string, windowsOf: (periodMs: number) => AlertWindows): Problem {
  const read = readSloFile(file, text, { periodMs: 30 * 86_400_000, windowsOf })
  const mustFail = /\b(bad|invalid)\b/.test(file)
  if ('errors' in read) return mustFail ? '' : read.errors.join(' ')
  return mustFail ? 'is taken, and is wrong' : ''
}

/** Groups of all documents, of rule files and of Kubernetes' objects with rules in them. */
function groupsOf(text: string): readonly WrittenGroup[] {
  return [parseAllDocuments(text)].flat().flatMap((document) => {
    const content = document.toJS() ?? {}
    return content.groups ?? content.spec?.groups ?? []
  })
}

function made(
  file: string,
  spec: string,
  expected: readonly WrittenGroup[],
  windowsOf: (periodMs: number) => AlertWindows,
): readonly WrittenGroup[] {
  const rules = expected.flatMap((group) => group.rules)
  const days = rules.find(({ record }) => record === 'slo:time_period:days')?.expr
  const periodMs = Number(/^vector\((.+)\)$/.exec(days ?? '')?.[1] ?? 30) * 86_400_000
  const read = readSloFile(file, spec, { periodMs, windowsOf })
  if ('errors' in read) throw new Error(read.errors.join(' '))
  return read.slos.flatMap((slo) => sloRules(slo, toldOf(rules, slo.labels)))
}

/** What is of sloth's command line and not of the specification. */
function toldOf(rules: readonly WrittenRule[], own: Readonly<Record<string, string>>): RulesOptions {
  const info = rules.find(({ record }) => record === 'sloth_slo_info')?.labels ?? {}
  const isOfAll = (name: string, value: string): boolean =>
    rules.every(({ record, labels }) => record === undefined || labels[name] === value)
  const extra = Object.entries(info).filter(
    ([name, value]) => !(name in own) && !name.startsWith('sloth_') && isOfAll(name, value),
  )
  return {
    extraLabels: Object.fromEntries(extra),
    version: info['sloth_version'] ?? '',
    mode: info['sloth_mode'] ?? '',
    guardsTotal: rules.some(({ expr }) => /\) > 0\)\s*$/.test(expr)),
  }
}

function problemOfGroups(expected: readonly WrittenGroup[], own: readonly WrittenGroup[]): Problem {
  const shape = (groups: readonly WrittenGroup[]) =>
    groups.map(({ name, interval, rules }) => `${name} every ${interval ?? '(usual)'}: ${rules.length}`).join('; ')
  return shape(own) === shape(expected) ? '' : `groups are ${shape(own)} and not ${shape(expected)}`
}

function problemOfRule(expected: WrittenRule, own: WrittenRule | undefined): Problem {
  return isDeepStrictEqual(own, expected) ? '' : `is ${JSON.stringify(own)} and not ${JSON.stringify(expected)}`
}
