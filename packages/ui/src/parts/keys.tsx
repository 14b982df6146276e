import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef } from 'react'

/** `keys` is one key (`j`, `enter`, `down`, `/`, `?`) or two pressed after one another (`g s`). */
export type KeyBinding = {
  keys: string
  /** What it does, for the help; '' keeps it out of there. */
  says: string
  /** False lets an earlier binding of the same keys have it. */
  run: (event: KeyboardEvent) => unknown
}
type Group = { name: string; bindings: KeyBinding[] }
type Keys = { add: (group: { current: Group }) => () => void; groups: () => Group[] }

const KeysContext = createContext<Keys | undefined>(undefined)
const sequenceMs = 1000

/** Hears keys for the whole page; the newest binding wins. Typing, menus and dialogs keep theirs. */
export function KeysProvider({ children }: { children: ReactNode }) {
  const groups = useRef<{ current: Group }[]>([])
  useEffect(() => {
    let first = ''
    let firstAt = 0
    const hear = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isElsewhere(event)) return
      const key = keyName(event)
      const pair = event.timeStamp - firstAt < sequenceMs ? `${first} ${key}` : ''
      first = key
      firstAt = event.timeStamp
      for (const { current } of groups.current.toReversed()) {
        for (const { keys, run } of current.bindings) {
          if (keys !== key && keys !== pair) continue
          if (keys === key && pairTaken(groups.current, pair)) continue
          if (run(event) === false) continue
          first = ''
          event.preventDefault()
          return
        }
      }
    }
    window.addEventListener('keydown', hear)
    return () => window.removeEventListener('keydown', hear)
  }, [])
  const keys = useMemo<Keys>(
    () => ({
      add: (group) => {
        groups.current.push(group)
        return () => {
          groups.current = groups.current.filter((other) => other !== group)
        }
      },
      groups: () => groups.current.map(({ current }) => current),
    }),
    [],
  )
  return <KeysContext value={keys}>{children}</KeysContext>
}

/** Keys that work while the calling component is shown; `name` is their heading in the help. */
export function useKeys(name: string, bindings: KeyBinding[]): void {
  const keys = useContext(KeysContext)
  const group = useRef<Group>({ name, bindings })
  useEffect(() => {
    group.current = { name, bindings }
  })
  useEffect(() => keys?.add(group), [keys])
}

/** What can be pressed now, by heading, for the help. */
export function useKeyGroups(): () => Group[] {
  const keys = useContext(KeysContext)
  return keys?.groups ?? (() => [])
}

const names: Record<string, string> = {
  ArrowDown: 'down',
  ArrowUp: 'up',
  ArrowLeft: 'left',
  ArrowRight: 'right',
  Enter: 'enter',
  Escape: 'esc',
  ' ': 'space',
}

function keyName(event: KeyboardEvent): string {
  return names[event.key] ?? event.key
}

function pairTaken(groups: { current: Group }[], pair: string): boolean {
  return pair !== '' && groups.some(({ current }) => current.bindings.some(({ keys }) => keys === pair))
}

function isElsewhere({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false
  // Switches and choices keep the focus after a click but take no letters.
  if (target.matches('input[type="checkbox"], input[type="radio"]')) return key === ' ' || key.startsWith('Arrow')
  if (
    target.isContentEditable ||
    target.closest('input, textarea, select, [role="dialog"], [role="menu"], [role="listbox"]')
  ) {
    return true
  }
  return false
}
