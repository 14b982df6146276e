import { ActionIcon, Kbd } from '@mantine/core'
import { IconSearch, IconX } from '@tabler/icons-react'
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import { quoteSearch } from './attribute-text.ts'
import { type CompletionTarget, complete, completionTarget, stagesThatBegin } from './completion-target.ts'
import { useKeys } from './keys.tsx'
import styles from './search-box.module.css'
import { printCount } from './units.ts'

/** 0 is not known: keys that every record has are not counted. */
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
  const listId = useId()
  const { input, text, focused, choices, setFocused, change, run, onKeyDown, list } = useSearchText(props)
  const wrong = error !== undefined && text === value ? error : undefined
  const chosen = choices.findIndex((choice) => choice.chosen)
  return (
    <div className={styles.box} data-wrong={wrong !== undefined} role="search">
      <IconSearch size={15} className={styles.icon} aria-hidden />
      <div className={styles.line}>
        {wrong?.position !== undefined && <Underline text={text} position={wrong.position} input={input.current} />}
        <input
          ref={input}
          role="combobox"
          aria-autocomplete="list"
          className={styles.input}
          {...asTyped}
          value={text}
          placeholder={props.placeholder}
          aria-label={props.placeholder}
          aria-invalid={wrong !== undefined}
          aria-controls={listId}
          aria-expanded={choices.length > 0}
          aria-activedescendant={chosen === -1 ? undefined : `${listId}-${chosen}`}
          onChange={({ target }) => {
            change(target.value)
            list.look(target.value, target.selectionStart ?? target.value.length)
          }}
          onFocus={() => setFocused(true)}
          onBlur={() => {
            setFocused(false)
            list.close()
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <Hint pending={!live && text.trim() !== value} idle={text === '' && !focused} />
      {text !== '' && (
        <ActionIcon size={22} aria-label="Clear the search" onClick={() => run('')}>
          <IconX size={14} />
        </ActionIcon>
      )}
      <Drop id={listId} choices={choices} />
      {wrong !== undefined && focused && <div className={styles.error}>{wrong.message}</div>}
    </div>
  )
}

/** A search is no prose: nothing corrects it. */
const asTyped = { spellCheck: false, autoComplete: 'off', autoCapitalize: 'off' } as const

/** What stands in the box, what can be chosen below it, and what keys do. */
function useSearchText({ value, live = false, examples = [], onRun, complete: ask }: SearchBoxProps) {
  const [text, setText] = useState(value)
  const [focused, setFocused] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  const list = useCompletionList(ask, input)
  useKeys('Search', [{ keys: '/', says: 'Go to the search', run: () => input.current?.focus() }])
  useEffect(() => {
    // While someone types, what they typed a moment ago comes back through the URL and must not undo what they typed since.
    if (!(live && document.activeElement === input.current)) setText(value)
  }, [value, live])

  const change = (next: string) => {
    setText(next)
    if (live) onRun(next)
  }
  const run = (next: string) => {
    list.close()
    setText(next)
    onRun(next.trim())
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
  const completions: DropChoice[] = list.items.map((item, at) => ({
    left: item.text,
    right: 'says' in item ? item.says : item.count === 0 ? '' : printCount(item.count),
    chosen: at === list.at,
    onChoose: () => choose(item.text),
  }))
  const shown: DropChoice[] = examples.map((example) => ({
    left: example.text,
    right: example.says,
    chosen: false,
    onChoose: () => run(example.text),
  }))
  const choices = completions.length > 0 ? completions : focused && text === '' ? shown : []
  return { input, text, focused, choices, setFocused, change, run, onKeyDown, list }
}

function Hint({ pending, idle }: { pending: boolean; idle: boolean }) {
  if (pending) return <span className={styles.hint}>Enter to run</span>
  return idle ? <Kbd size="xs">/</Kbd> : null
}

type DropChoice = { left: string; right: string; chosen: boolean; onChoose: () => void }

function Drop({ id, choices }: { id: string; choices: DropChoice[] }) {
  if (choices.length === 0) return null
  return (
    <div className={styles.drop} id={id} role="listbox">
      {choices.map(({ left, right, chosen, onChoose }, at) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the input hears the keys.
        <div
          key={left}
          id={`${id}-${at}`}
          role="option"
          tabIndex={-1}
          aria-selected={chosen}
          className={chosen ? `${styles.choice} ${styles.chosen}` : styles.choice}
          // Keeps the focus in the input.
          onMouseDown={(event) => event.preventDefault()}
          onClick={onChoose}
        >
          <span className="data cut">{left}</span>
          <span className="quiet figures">{right}</span>
        </div>
      ))}
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

/** From the server, or a pipe with what it does. */
type ListItem = CompletionItem | { text: string; says: string }

type List = {
  items: ListItem[]
  at: number
  target: CompletionTarget | undefined
  look: (text: string, caret: number) => void
  move: (by: number) => void
  close: () => void
}

const typingPauseMs = 120
const shownMax = 12

function useCompletionList(ask: Complete | undefined, input: { current: HTMLInputElement | null }): List {
  const [state, setState] = useState<{ items: ListItem[]; at: number; target: CompletionTarget | undefined }>(closed)
  const asked = useRef(0)
  const close = () => {
    asked.current++
    setState(closed)
  }
  const look = (text: string, caret: number) => {
    const target = completionTarget(text, caret)
    const turn = ++asked.current
    if (ask === undefined || target === undefined) return setState(closed)
    if (target.pipe === 'stage') return setState({ items: [...stagesThatBegin(target.prefix)], at: -1, target })
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
