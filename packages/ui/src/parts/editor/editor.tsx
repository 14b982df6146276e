import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  closeCompletion,
  completionKeymap,
} from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap, insertNewlineAndIndent } from '@codemirror/commands'
import { bracketMatching } from '@codemirror/language'
import { type Diagnostic, setDiagnostics } from '@codemirror/lint'
import { EditorState, type Extension, Prec, type Text } from '@codemirror/state'
import { EditorView, keymap, placeholder as placeholderOf } from '@codemirror/view'
import { useEffect, useRef } from 'react'
import { useKeys } from '../keys.tsx'
import styles from './editor.module.css'
import { look } from './look.ts'

/** What is wrong with the text, and where; without a place it is about all of it. */
export type Wrong = { message: string; position?: number | undefined }

export type EditorProps = {
  /** Read out: what is written here. */
  label: string
  placeholder: string
  /** What the URL says; another value replaces what was typed. */
  value: string
  /** Grammar and completion; steady. */
  language: Extension
  /** Enter runs where a query is a line, and breaks the line where it is many; with Ctrl or Cmd it always runs. */
  enterRuns: boolean
  wrong?: Wrong | undefined
  onRun: (text: string) => void
  onChange: (text: string) => void
}

/** A place to write a query: the grammar coloured, completion as one types, errors underlined where they are. */
export function Editor(props: EditorProps) {
  const { language, enterRuns, label, placeholder, value, wrong } = props
  const frame = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(undefined)
  const latest = useRef(props)
  latest.current = props
  useKeys('Query', [{ keys: '/', says: 'Go to the editor', run: () => view.current?.focus() }])

  useEffect(() => {
    const parent = frame.current
    if (parent === null) return
    const made = new EditorView({
      parent,
      state: EditorState.create({
        doc: latest.current.value,
        selection: { anchor: latest.current.value.length },
        extensions: [
          language,
          typing,
          Prec.highest(keymap.of(runKeys(enterRuns, (text) => latest.current.onRun(text)))),
          placeholderOf(placeholder),
          EditorView.contentAttributes.of({ 'aria-label': label }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) latest.current.onChange(update.state.doc.toString())
          }),
        ],
      }),
    })
    view.current = made
    return () => {
      view.current = undefined
      made.destroy()
    }
  }, [language, enterRuns, label, placeholder])

  useEffect(() => {
    const made = view.current
    if (made === undefined || made.state.doc.toString() === value) return
    made.dispatch({
      changes: { from: 0, to: made.state.doc.length, insert: value },
      selection: { anchor: value.length },
    })
  }, [value])

  useEffect(() => {
    const made = view.current
    if (made === undefined) return
    made.dispatch(setDiagnostics(made.state, wrong === undefined ? [] : [diagnosticOf(wrong, made.state.doc)]))
  }, [wrong])

  return <div ref={frame} className={styles.editor} data-wrong={wrong !== undefined} />
}

const typing: Extension = [
  history(),
  bracketMatching(),
  closeBrackets(),
  autocompletion({ icons: false }),
  EditorView.lineWrapping,
  keymap.of([
    ...closeBracketsKeymap,
    ...completionKeymap,
    ...historyKeymap,
    { key: 'Escape', run: leave },
    ...defaultKeymap,
  ]),
  look,
]

/** An open completion takes Enter first: its keys are of the highest precedence too, and stand before these. */
function runKeys(enterRuns: boolean, onRun: (text: string) => void) {
  const run = (view: EditorView) => {
    closeCompletion(view)
    onRun(view.state.doc.toString().trim())
    return true
  }
  return [
    { key: 'Mod-Enter', run },
    ...(enterRuns
      ? [
          { key: 'Enter', run },
          { key: 'Shift-Enter', run: insertNewlineAndIndent },
        ]
      : []),
  ]
}

function leave(view: EditorView): boolean {
  view.contentDOM.blur()
  return true
}

/** The word that begins at the place, or the last character where the text ends too early. */
export function diagnosticOf({ message, position }: Wrong, doc: Text): Diagnostic {
  if (position === undefined) return { from: 0, to: doc.length, severity: 'error', message }
  const from = Math.max(0, Math.min(position, doc.length - 1))
  const word = /^[\w:.]+/.exec(doc.sliceString(from, from + 200))?.[0].length ?? 1
  return { from, to: Math.min(doc.length, from + word), severity: 'error', message }
}
