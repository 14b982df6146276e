import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { criticalPath, type PathSpan, traceTree } from '../packages/analysis/src/index.ts'
import { type Case, tryCase } from './suite.ts'

/**
 * Critical paths as Jaeger's UI and Uber's CRISP draw them. CRISP charges full durations where children overlap a
 * little, and takes the difference from the parent though nobody else was running; those of its cases are not met
 * (docs/decisions/0069-what-the-suites-say.md).
 */
type JaegerSpan = {
  spanID: string
  operationName: string
  references: { refType: string; spanID: string }[]
  startTime: number
  duration: number
  processID: string
  tags?: { key: string; value: unknown }[]
}
type JaegerTrace = { spans: JaegerSpan[]; processes: Record<string, { serviceName: string }> }
type NamedSpan = PathSpan & { operation: string }

export async function runCriticalPath(directory: string): Promise<Case[]> {
  const cases: Case[] = []
  for (const file of await jsonFiles(join(directory, 'jaeger-ui'))) {
    const problem = async (): Promise<string> => {
      const { trace, criticalPathSections } = JSON.parse(await readFile(join(directory, 'jaeger-ui', file), 'utf8'))
      const expected = criticalPathSections
        .map((each: Record<string, unknown>) => `${each['spanID']} ${each['sectionStart']}-${each['sectionEnd']}`)
        .join(', ')
      return difference(sectionsOf(trace), expected)
    }
    cases.push(await tryCase(`jaeger-ui/${file}`, problem))
  }
  for (const file of await jsonFiles(join(directory, 'crisp'))) {
    const problem = async (): Promise<string> => {
      const { data, testing } = JSON.parse(await readFile(join(directory, 'crisp', file), 'utf8'))
      const expected: Record<string, number> = Array.isArray(testing) ? testing[0] : testing.opTimeExclusive
      return difference(printTimes(exclusiveTimes(data[0])), printTimes(expected))
    }
    cases.push(await tryCase(`crisp/${file}`, problem))
  }
  return cases
}

async function jsonFiles(directory: string): Promise<string[]> {
  const files = await readdir(directory).catch(() => [])
  return files.filter((file) => file.endsWith('.json')).sort()
}

const difference = (found: string, expected: string): string =>
  found === expected ? '' : `gave ${found}, expected ${expected}`

/** Jaeger's microseconds stand in for nanoseconds: only their proportions matter. */
function spansOf({ spans, processes }: JaegerTrace): NamedSpan[] {
  return spans.map((span) => ({
    spanId: span.spanID,
    parentSpanId: span.references[0]?.spanID ?? '',
    startUnixNano: String(span.startTime),
    durationNano: span.duration,
    kind: String(span.tags?.find(({ key }) => key === 'span.kind')?.value ?? ''),
    operation: `[${processes[span.processID]?.serviceName}] ${span.operationName}`,
  }))
}

function sectionsOf(trace: JaegerTrace): string {
  const tree = traceTree(spansOf(trace))
  const origin = Number(tree.startUnixNano)
  return criticalPath(tree.roots)
    .map(({ span, fromNano, toNano }) => `${span.spanId} ${fromNano + origin}-${toNano + origin}`)
    .join(', ')
}

function exclusiveTimes(trace: JaegerTrace): Record<string, number> {
  const times: Record<string, number> = {}
  for (const { span, fromNano, toNano } of criticalPath(traceTree(spansOf(trace)).roots)) {
    times[span.operation] = (times[span.operation] ?? 0) + toNano - fromNano
  }
  return times
}

/** Without operations that have no time of their own, which one side lists and the other does not. */
function printTimes(times: Record<string, number>): string {
  const entries = Object.entries(times).filter(([, time]) => time !== 0)
  return entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([operation, time]) => `${operation}: ${time}`)
    .join(', ')
}
