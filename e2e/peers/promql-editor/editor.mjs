import { autocompletion, currentCompletions, startCompletion } from '@codemirror/autocomplete'
import { EditorState } from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import { PromQLExtension } from '@prometheus-io/codemirror-promql'

/** An editor as Prometheus' own page makes it, with our API behind it. */
const promql = new PromQLExtension().setComplete({ remote: { url: '/prometheus' } })
const view = new EditorView({
  parent: document.body,
  state: EditorState.create({ extensions: [promql.asExtension(), autocompletion({ maxRenderedOptions: 500 })] }),
})

/** What is offered where the bar stands in a text, once `wanted` is among it, or after some seconds. */
window.completionsOf = async (marked, wanted) => {
  const text = marked.replace('|', '')
  const selection = { anchor: marked.indexOf('|') }
  view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, selection })
  view.focus()
  const labels = () => currentCompletions(view.state).map(({ label }) => label)
  for (let tries = 0; tries < 100 && !labels().includes(wanted); tries++) {
    startCompletion(view)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return labels()
}
