import { linter } from '@codemirror/lint'
import type { Extension } from '@codemirror/state'
import { PromQLExtension } from '@prometheus-io/codemirror-promql'
import { type Ask, askPromqlTree, Failure } from '@wakeline/protocol'
import { diagnosticOf } from '../parts/editor/editor.tsx'

/** Names are completed from what was stored in this time. */
const lookbackMs = 24 * 3_600_000
/** Metrics whose type and description are shown beside their names, at most. */
const metadataMax = 10_000
const lookAgainMs = 60_000
const checkAfterMs = 400

/**
 * PromQL by those who define it, completed from our API. What is wrong with a query is said by the server alone, which
 * will run it.
 */
export function promqlLanguage(
  ask: Ask,
  /** What is put into a query before it is asked, such as variables; undefined where that cannot be done. */
  fill: (text: string) => string | undefined = (text) => text,
): { extension: Extension; close: () => void } {
  const leaving = new AbortController()
  const promql = new PromQLExtension().activateLinter(false).setComplete({
    maxMetricsMetadata: metadataMax,
    remote: {
      url: '/prometheus',
      httpMethod: 'GET',
      lookbackInterval: lookbackMs,
      cache: { maxAge: lookAgainMs },
    },
  })
  const check = linter(
    async ({ state }) => {
      const text = fill(state.doc.toString()) ?? ''
      if (text.trim() === '') return []
      const failure = await ask.json(askPromqlTree(text), leaving.signal).then(
        () => undefined,
        (error: unknown) => error,
      )
      const found = failure instanceof Error ? promqlWrong(failure, text) : undefined
      // A place in another text than is seen would be underlined wrongly.
      const wrong = found && text !== state.doc.toString() ? { message: found.message } : found
      return wrong === undefined ? [] : [diagnosticOf(wrong, state.doc)]
    },
    { delay: checkAfterMs },
  )
  return {
    extension: [promql.asExtension(), check],
    close: () => {
      leaving.abort()
      promql.destroy()
    },
  }
}

/** The place in Prometheus' sentence, `1:8: parse error: ...`, as an offset; undefined for what is no fault of the text. */
export function promqlWrong(
  error: Error | undefined,
  text: string,
): { message: string; position: number | undefined } | undefined {
  if (!(error instanceof Failure) || error.code !== 'bad_data') return undefined
  const found = /(\d+):(\d+): (parse error: .*)/s.exec(error.message)
  if (found === null) return { message: error.message, position: undefined }
  const [, line = '1', column = '1', message = ''] = found
  const before = text.split('\n', Number(line) - 1)
  return { message, position: before.reduce((sum, each) => sum + each.length + 1, 0) + Number(column) - 1 }
}
