import { ActionIcon, Kbd } from '@mantine/core'
import { IconSearch, IconX } from '@tabler/icons-react'
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { quoteSearch } from './attribute-text.ts'
import { type CompletionTarget, complete, completionTarget } from './completion-target.ts'
import { useKeys } from './keys.tsx'
import styles from './search-box.module.css'

export type CompletionItem = { text: string; count: number }
/** Completions for the beginning of a key, or of the value of `key`. `api/use-completion.ts` makes one. */
export type Complete = (target: { key?: string; prefix: string }) => Promise<CompletionItem[]>

export type SearchBoxProps = {
  /** What was run last; typing does not change it, Enter does. */
  value: string
  onRun: (text: string) => void
  placeholder: string
  complete?: Complete
  /** What the server could not read; with a position the place is underlined while the text is still that one. */
  error?: { message: string; position?: number | undefined } | undefined
  /** Runs at every key: for filtering what is already here. */
  live?: boolean
  /** Shown under the box while it is empty and focused: examples of what can be typed. */
  examples?: { text: string; says: string }[]
}

/** The page's search: Enter runs it, Esc closes completions, then takes back what was typed, then leaves; `/` comes here. */
export function SearchBox(props: SearchBoxProps) {
  const { value, error, live = false } = props
  const [text, setText] = useState(value)
  const [focused, setFocused] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  const listId = useId()
  useEffect(() => setText(value), [value])
  const list = useCompletionList(props.complete, input)
  useKeys('Search', [{ keys: '/', says: 'Go to the search', run: () => input.current?.focus() }])

  const change = (next: string) => {
    setText(next)
    if (live) props.onRun(next)
  }
  const run = (next: string) => {
    list.close()
    setText(next)
    props.onRun(next.trim())
  }
  const choose = (chosen: string) => {
    if (list.target === undefined) return
    const done = complete(text, list.target, chosen, quoteSearch)
    change(done.text)
    requestAnimationFrame(() => {
      input.current?.setSelectionRange(done.caret, done.caret)
      list.look(done.text, done.caret)
    })
  }
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    const act = searchKey(event.key, { list, text, value, choose, run, change, leave: () => input.current?.blur() })
    if (act) event.preventDefault()
  }
  const wrong = error !== undefined && text === value ? error : undefined
  const showExamples = focused && text === '' && props.examples !== undefined && list.items.length === 0

  return (
    <div className={styles.box} data-wrong={wrong !== undefined} role="search">
      <IconSearch size={15} className={styles.icon} aria-hidden />
      <div className={styles.line}>
        {wrong?.position !== undefined && <Underline text={text} position={wrong.position} input={input.current} />}
        <input
          ref={input}
          className={styles.input}
          value={text}
          placeholder={props.placeholder}
          aria-label={props.placeholder}
          aria-invalid={wrong !== undefined}
          aria-autocomplete="list"
          aria-controls={listId}
          aria-expanded={list.items.length > 0}
          role="combobox"
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="off"
          onChange={(event) => {
            change(event.target.value)
            list.look(event.target.value, event.target.selectionStart ?? event.target.value.length)
          }}
          onFocus={() => setFocused(true)}
          onBlur={() => {
            setFocused(false)
            list.close()
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      {!live && text.trim() !== value && <span className={styles.hint}>Enter to run</span>}
      {text === '' && !focused && (
        <span className={styles.hint}>
          <Kbd size="xs">/</Kbd>
        </span>
      )}
      {text !== '' && (
        <ActionIcon size={22} aria-label="Clear the search" onClick={() => run('')}>
          <IconX size={14} />
        </ActionIcon>
      )}
      {list.items.length > 0 && (
        <Drop id={listId}>
          {list.items.map((item, at) => (
            <Choice
              key={item.text}
              chosen={at === list.at}
              onChoose={() => choose(item.text)}
              left={item.text}
              right={item.count.toLocaleString('en-US')}
            />
          ))}
        </Drop>
      )}
      {showExamples && (
        <Drop id={listId}>
          {props.examples?.map((example) => (
            <Choice
              key={example.text}
              chosen={false}
              onChoose={() => run(example.text)}
              left={example.text}
              right={example.says}
            />
          ))}
        </Drop>
      )}
      {wrong !== undefined && <div className={styles.error}>{wrong.message}</div>}
    </div>
  )
}

function Drop({ id, children }: { id: string; children: ReactNode }) {
  return (
    <div className={styles.drop} id={id} role="listbox">
      {children}
    </div>
  )
}

function Choice(props: { chosen: boolean; onChoose: () => void; left: string; right: string }) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the input hears the keys.
    <div
      role="option"
      tabIndex={-1}
      aria-selected={props.chosen}
      className={props.chosen ? `${styles.choice} ${styles.chosen}` : styles.choice}
      // Keeps the focus in the input.
      onMouseDown={(event) => event.preventDefault()}
      onClick={props.onChoose}
    >
      <span className="data cut">{props.left}</span>
      <span className="quiet figures">{props.right}</span>
    </div>
  )
}

/** The same text, unseen, under the input's, with the place of the error underlined. */
function Underline({ text, position, input }: { text: string; position: number; input: HTMLInputElement | null }) {
  const from = Math.max(0, Math.min(position, text.length))
  const length = Math.max(1, /^[^\s()]+/.exec(text.slice(from))?.[0].length ?? 1)
  return (
    <div className={styles.mirror} aria-hidden>
      <span style={{ marginLeft: -(input?.scrollLeft ?? 0) }}>{text.slice(0, from)}</span>
      <span className={styles.wrong}>{text.slice(from, from + length) || ' '}</span>
    </div>
  )
}

type List = {
  items: CompletionItem[]
  at: number
  target: CompletionTarget | undefined
  look: (text: string, caret: number) => void
  move: (by: number) => void
  close: () => void
}

const typingPauseMs = 120
const shownMax = 12

function useCompletionList(ask: Complete | undefined, input: { current: HTMLInputElement | null }): List {
  const [state, setState] = useState<{ items: CompletionItem[]; at: number; target: CompletionTarget | undefined }>(
    closed,
  )
  const asked = useRef(0)
  const close = () => {
    asked.current++
    setState(closed)
  }
  const look = (text: string, caret: number) => {
    const target = completionTarget(text, caret)
    const turn = ++asked.current
    if (ask === undefined || target === undefined) return setState(closed)
    setTimeout(() => {
      if (turn !== asked.current) return
      // A completion that cannot be had is no error of the search: the list just stays closed.
      const found = ask({ ...(target.key === undefined ? {} : { key: target.key }), prefix: target.prefix }).catch(
        () => [],
      )
      void found.then((items) => {
        if (turn !== asked.current || document.activeElement !== input.current) return
        const useful = items.filter((item) => item.text !== target.prefix).slice(0, shownMax)
        setState({ items: useful, at: -1, target })
      })
    }, typingPauseMs)
  }
  const move = (by: number) =>
    setState((before) => ({
      ...before,
      at: (before.at + by + before.items.length + (before.at === -1 && by < 0 ? 1 : 0)) % before.items.length,
    }))
  return { ...state, look, move, close }
}

const closed = { items: [], at: -1, target: undefined }

type SearchKeys = {
  list: List
  text: string
  value: string
  choose: (text: string) => void
  run: (text: string) => void
  change: (text: string) => void
  leave: () => void
}

/** True where the key was used. */
function searchKey(key: string, on: SearchKeys): boolean {
  const { list } = on
  const chosen = list.items[list.at]
  if (key === 'Enter') chosen === undefined ? on.run(on.text) : on.choose(chosen.text)
  else if (key === 'Tab' && list.items.length > 0) on.choose((chosen ?? list.items[0])?.text ?? '')
  else if (key === 'ArrowDown' && list.items.length > 0) list.move(1)
  else if (key === 'ArrowUp' && list.items.length > 0) list.move(-1)
  else if (key === 'Escape') {
    if (list.items.length > 0) list.close()
    else if (on.text !== on.value) on.change(on.value)
    else on.leave()
  } else return false
  return true
}
