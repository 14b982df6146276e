import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { rankAlongCalls, type ServiceLevel } from '../packages/analysis/src/index.ts'
import { readCsv } from './csv.ts'
import { type Case, tryCase } from './suite.ts'

/**
 * A shop on a real cloud, its services' figures every five minutes, and what was wrong when an alert came (PetShop, of Amazon): the
 * service at fault has to be ranked first; in its experimental case among the first three. The call graph and the quiet time lie
 * beside or above the issues, in any depth.
 */
export async function runRcaPetshop(directory: string): Promise<Case[]> {
  const files = (await readdir(directory, { recursive: true })).sort()
  const cases: Case[] = []
  const quiet = new Map<string, Promise<Table>>()
  for (const file of files.filter((name) => name.endsWith('target.json'))) {
    const issue = join(directory, dirname(file))
    const graph = await nearest(issue, 'graph.csv')
    const usual = await nearest(issue, join('noissue', 'metrics.csv'))
    const before = quiet.get(usual) ?? readTable(usual)
    quiet.set(usual, before)
    const ranked = async (): Promise<{ place: number; told: string }> => {
      const { target, root_cause: cause }: Issue = JSON.parse(await readFile(join(issue, 'target.json'), 'utf8'))
      const calls = await readGraph(graph)
      const levels = levelsOf(target, { now: await readTable(join(issue, 'metrics.csv')), before: await before })
      const order = rankAlongCalls(levels, calls, target.node)
      const told = order.slice(0, 3).map(({ service, own }) => `${service} (${own.toPrecision(3)})`)
      const place = order.findIndex(({ service }) => service === cause.node)
      return { place: place < 0 ? Infinity : place, told: `${cause.node} is ranked ${place + 1}: ${told.join(', ')}` }
    }
    const within = (most: number) => async (): Promise<string> => {
      const { place, told } = await ranked()
      return place < most ? '' : told
    }
    const name = relative(directory, issue)
    cases.push(await tryCase(name, within(1)), await tryCase(`${name} among three`, within(3), true))
  }
  return cases
}

type Target = { node: string; metric: string; agg: string; timestamp: number }
type Issue = { target: Target; root_cause: { node: string } }
type Column = { node: string; metric: string; statistic: string; values: (number | undefined)[] }
type Table = { times: number[]; columns: Column[] }

/** The file of this name in the folder, or in the closest one above it. */
async function nearest(folder: string, name: string): Promise<string> {
  for (let at = folder; at !== dirname(at); at = dirname(at)) {
    if (existsSync(join(at, name))) return join(at, name)
  }
  throw new Error(`Cannot rank ${folder}: there is no ${name} in it or above it`)
}

/** Three rows of names, one that names the times, then a row for each. */
async function readTable(file: string): Promise<Table> {
  const [nodes = [], metrics = [], statistics = [], , ...rows] = readCsv(await readFile(file, 'utf8'))
  const columns = nodes.slice(1).map((node, place): Column => {
    const values = rows.map((row) => (row[place + 1] ? Number(row[place + 1]) : undefined))
    return { node, metric: metrics[place + 1] ?? '', statistic: statistics[place + 1] ?? '', values }
  })
  return { times: rows.map(([time]) => Number(time)), columns }
}

async function readGraph(file: string): Promise<{ caller: string; callee: string }[]> {
  const [[, ...callees] = [], ...rows] = readCsv(await readFile(file, 'utf8'))
  return rows.flatMap(([caller = '', ...cells]) =>
    callees.flatMap((callee, place) => (Number(cells[place]) > 0 ? [{ caller, callee }] : [])),
  )
}

/**
 * The figures when the target's were worst, against the quiet time: seconds of a request for an alert on latency, else the share that
 * fails. Where a service was worse already in the first row than it is in quiet times, that is what it was.
 */
function levelsOf(target: Target, { now, before }: { now: Table; before: Table }): ServiceLevel[] {
  const isLatency = target.metric === 'latency'
  const figure = (value: number | undefined): number | undefined =>
    value === undefined || isLatency ? value : 1 - value / 100
  const metric = isLatency ? 'latency' : 'availability'
  const valuesOf = ({ columns }: Table, node: string): (number | undefined)[] =>
    (
      columns.find((column) => column.node === node && column.metric === metric && column.statistic === 'Average')
        ?.values ?? []
    ).map(figure)
  const ofTarget = valuesOf(now, target.node)
  const worst = ofTarget.reduce<number>(
    (best, value, place) => ((value ?? -1) > (ofTarget[best] ?? -1) ? place : best),
    0,
  )
  const nodes = new Set(now.columns.map(({ node }) => node))
  return [...nodes].flatMap((service): ServiceLevel[] => {
    const values = valuesOf(now, service)
    const requests = now.columns.find(({ node, metric: each }) => node === service && each === 'requests')?.values[
      worst
    ]
    const usual = valuesOf(before, service).filter((value) => value !== undefined)
    const level = medianOf(usual)
    const value = values[worst]
    if (value === undefined) return []
    const spread = 1.4826 * medianOf(usual.map((each) => Math.abs(each - level)))
    return [{ service, requests: requests ?? 0, before: Math.max(level, values[0] ?? 0), now: value, spread }]
  })
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0
}
