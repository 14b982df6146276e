import type { AlertWindows, BurnWindow } from '@wakeline/analysis'
import { type Mapping, YamlInput } from '../../base/yaml-input.ts'
import { readLength } from '../read-duration.ts'

/** Reads a table of windows in sloth's form: how much of the budget of a period may go in which windows. */
export function readWindows(path: string, text: string): AlertWindows | { readonly errors: readonly string[] } {
  const input = new YamlInput(path, text, { withColumns: true })
  const file = input.mapping(input.root, 'a table of windows')
  const [apiVersion, kind] = [file.text('apiVersion'), file.text('kind')]
  if (input.errors.length === 0 && (apiVersion !== 'sloth.slok.dev/v1' || kind !== 'AlertWindows')) {
    input.wrong(file.node, 'it is no table of windows; begin with apiVersion: sloth.slok.dev/v1 and kind: AlertWindows')
    return { errors: input.errors }
  }
  file.take('metadata')
  const spec = input.mapping(file.take('spec'), 'spec')
  const periodMs = required(spec, 'sloPeriod')
  const [page, ticket] = [input.mapping(spec.take('page'), 'page'), input.mapping(spec.take('ticket'), 'ticket')]
  const windows: AlertWindows = {
    periodMs,
    pageQuick: readWindow(page, 'quick'),
    pageSlow: readWindow(page, 'slow'),
    ticketQuick: readWindow(ticket, 'quick'),
    ticketSlow: readWindow(ticket, 'slow'),
  }
  for (const each of [page, ticket, spec, file]) each.end('a table of windows')
  return input.errors.length > 0 ? { errors: input.errors } : windows
}

function required(given: Mapping, name: string): number {
  if (!given.has(name)) given.input.wrong(given.node, `"${name}:" is missing; give a time such as 30d or 5m`)
  return readLength(given, name) ?? 1
}

function readWindow(severity: Mapping, name: string): BurnWindow {
  const { input } = severity
  if (!severity.has(name))
    input.wrong(severity.node, `"${name}:" is missing; give errorBudgetPercent, shortWindow and longWindow`)
  const given = input.mapping(severity.take(name), name)
  const parse = (text: string): number | undefined =>
    Number(text) > 0 && Number(text) <= 100 ? Number(text) : undefined
  if (severity.has(name) && !given.has('errorBudgetPercent'))
    input.wrong(given.node, '"errorBudgetPercent:" is missing; give a percentage')
  const window: BurnWindow = {
    budgetPercent: given.parsed('errorBudgetPercent', 1, parse, 'a percentage above 0 and up to 100'),
    shortMs: severity.has(name) ? required(given, 'shortWindow') : 1,
    longMs: severity.has(name) ? required(given, 'longWindow') : 1,
  }
  given.end('a window')
  return window
}
