import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { eventually, type RunningServer, startServer } from '../../e2e/server.ts'
import type { JaegerPair, JaegerSpan, JaegerTrace } from '../../packages/server/src/api/jaeger/jaeger-answer.ts'

/**
 * `otlp-in.json` sent to a running server and asked for under `/jaeger` must give the traces of `jaeger-out.json`: the same
 * spans under the same processes, each with all the pairs it names. Order means nothing there, and what we say besides
 * (`flags`, newer names of the scope) is no fault.
 */
export async function jaegerProblem(directory: string): Promise<string> {
  const expected: { data: JaegerTrace[] } = JSON.parse(await readFile(join(directory, 'jaeger-out.json'), 'utf8'))
  const server = await startServer()
  try {
    const body = await readFile(join(directory, 'otlp-in.json'))
    const headers = { 'content-type': 'application/json' }
    const sent = await fetch(`${server.otlpHttp}/v1/traces`, { method: 'POST', headers, body })
    if (!sent.ok) return `the server refused it with ${sent.status}: ${await sent.text()}`
    for (const trace of expected.data) {
      const problem = await problemOf(server, trace)
      if (problem !== '') return problem
    }
    return ''
  } finally {
    await server.stop()
  }
}

async function problemOf(server: RunningServer, expected: JaegerTrace): Promise<string> {
  const look = async (): Promise<JaegerTrace | undefined> => {
    const answer = await fetch(`${server.ui}/jaeger/api/traces/${expected.traceID}`)
    if (!answer.ok) return undefined
    const { data }: { data: JaegerTrace[] } = JSON.parse(await answer.text())
    return data[0]
  }
  const found = await eventually(look, (trace) => trace?.spans.length === expected.spans.length)
  if (found === undefined) return `the trace ${expected.traceID} was sent and is not there`
  const left = [...found.spans]
  for (const span of expected.spans) {
    const at = left.findIndex((other) => isLike(other, found, span, expected))
    if (at < 0) return `no span is as ${JSON.stringify(span)}; there are ${JSON.stringify(found.spans)}`
    left.splice(at, 1)
  }
  return left.length === 0 ? '' : `there are ${left.length} more spans than expected`
}

function isLike(span: JaegerSpan, of: JaegerTrace, expected: JaegerSpan, ofExpected: JaegerTrace): boolean {
  const { tags, processID, logs, ...rest } = expected
  const process = of.processes[span.processID]
  const expectedProcess = ofExpected.processes[processID]
  return (
    Object.entries(rest).every(([key, value]) =>
      isDeepStrictEqual(Object.entries(span).find(([k]) => k === key)?.[1], value),
    ) &&
    isDeepStrictEqual(span.logs, logs) &&
    hasAll(span.tags, tags) &&
    process?.serviceName === expectedProcess?.serviceName &&
    hasAll(process?.tags ?? [], expectedProcess?.tags ?? [])
  )
}

const hasAll = (pairs: readonly JaegerPair[], expected: readonly JaegerPair[]): boolean =>
  expected.every((pair) => pairs.some((other) => isDeepStrictEqual(other, pair)))
