import { Switch } from '@mantine/core'
import { type ReactNode, useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react'
import { useKeys } from '../../parts/keys.tsx'
import { SearchBox } from '../../parts/search-box.tsx'
import { Split } from '../../parts/split.tsx'
import { printCount } from '../../parts/units.ts'
import { useStored } from '../../parts/use-stored.ts'
import { nextMatch, openFind } from './find.ts'
import { Minimap } from './minimap.tsx'
import { Problems } from './problems.tsx'
import { SpanPanel, SpanTitle } from './span-panel.tsx'
import { type TimeWindow, wholeWindow, windowAround } from './time-window.ts'
import styles from './trace-page.module.css'
import { rowOf, type SpanRow, type TraceView } from './trace-view.ts'
import type { TraceSearch } from './url.ts'
import { collapsedAt, revealed, shownDepth, visibleRows } from './visible-rows.ts'
import { Waterfall, type WaterfallProps } from './waterfall.tsx'

export type SpansTabProps = {
  view: TraceView
  search: TraceSearch
  setSearch: (patch: Partial<TraceSearch>, how?: 'push' | 'replace') => void
  hidden: ReadonlySet<string>
  /** Stands at the left of the tools. */
  tabs: ReactNode
}

/** Minimap, waterfall and the selected span. */
export function SpansTab({ view, search, setSearch, hidden, tabs }: SpansTabProps) {
  const [window, setWindow] = useState<TimeWindow>(wholeWindow)
  const [critical, setCritical] = useStored('waterfall.critical', true, isBoolean)
  const tree = useTree(view, hidden)
  const { cursor, selected, open, moveTo, close } = useSelection({ view, search, setSearch, reveal: tree.reveal })
  const { problem, matches, matchSet } = useMatches(view, search)
  const findBox = useRef<HTMLDivElement>(null)
  const next = (by: 1 | -1) => moveTo(nextMatch(matches, cursor, by))
  const zoomTo = ({ node, span }: SpanRow) =>
    setWindow(windowAround(node.offsetNano, span.durationNano, view.durationNano))
  useTreeKeys({ view, cursor, ...tree, moveTo })
  useSpanKeys({
    open: () => (cursor < 0 ? false : void open(cursor)),
    close: () => (selected === undefined ? false : void close()),
    find: () => findBox.current?.querySelector('input')?.select(),
    next,
    zoom: () => view.rows[cursor] !== undefined && zoomTo(view.rows[cursor]),
    whole: () => setWindow(wholeWindow),
  })
  const find = (text: string) => {
    // Enter on what was looked for already goes to the next.
    if (text.trim() === search.find.trim()) next(1)
    setSearch({ find: text, problem: '' }, 'replace')
  }
  return (
    <>
      <div className={styles.tools}>
        {tabs}
        <div className={styles.find} ref={findBox}>
          <SearchBox value={search.find} onRun={find} placeholder="Find in this trace" live />
        </div>
        {(search.find.trim() !== '' || problem !== undefined) && <Matches matches={matches} cursor={cursor} />}
        <Switch
          size="xs"
          label="Critical path"
          title="What the trace was waiting for at each moment, as a dark line on the bars"
          checked={critical}
          onChange={(event) => setCritical(event.currentTarget.checked)}
        />
      </div>
      <Problems view={view} chosen={problem} onChoose={problemChooser(view, setSearch, moveTo)} />
      <Minimap view={view} rows={tree.rows} window={window} onWindow={setWindow} />
      <Split
        name="span"
        narrow="below"
        title={selected && <SpanTitle span={selected.span} />}
        onClose={close}
        detail={
          selected && <SpanPanel key={selected.index} view={view} row={selected} onZoom={zoomTo} onSelect={open} />
        }
      >
        <Waterfall
          view={view}
          rows={tree.rows}
          collapsed={tree.collapsed}
          cursor={cursor}
          matches={matchSet}
          window={window}
          critical={critical}
          onWindow={setWindow}
          onToggle={tree.toggle}
          onOpen={open}
          onDepth={tree.setDepth}
        />
      </Split>
    </>
  )
}

/** The row under the keys, and the span in the URL, whose details are open. */
function useSelection(of: Pick<SpansTabProps, 'view' | 'search' | 'setSearch'> & { reveal: (index: number) => void }) {
  const { view, search, setSearch, reveal } = of
  const [cursor, setCursor] = useState(() => rowOf(view, search.span, -1)?.index ?? -1)
  const selected = rowOf(view, search.span, cursor)
  const open = useCallback(
    (index: number) => {
      setCursor(index)
      setSearch({ span: view.rows[index]?.span.spanId ?? '' }, 'replace')
    },
    [setSearch, view],
  )
  // A span in the URL is shown, whatever was collapsed above it.
  const selectedIndex = selected?.index
  useEffect(() => {
    if (selectedIndex === undefined) return
    setCursor(selectedIndex)
    reveal(selectedIndex)
  }, [selectedIndex, reveal])
  const moveTo = (index: number | undefined) => {
    if (index === undefined) return false
    reveal(index)
    if (selected === undefined) setCursor(index)
    else open(index)
    return true
  }
  return { cursor, selected, open, moveTo, close: () => setSearch({ span: '' }, 'replace') }
}

function Matches({ matches, cursor }: { matches: readonly number[]; cursor: number }): ReactNode {
  const at = matches.indexOf(cursor)
  return (
    <span className="quiet figures" role="status">
      {matches.length === 0
        ? 'no span has this'
        : `${at === -1 ? '' : `${printCount(at + 1)} of `}${printCount(matches.length)} ${matches.length === 1 ? 'span' : 'spans'} · n, N`}
    </span>
  )
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === 'boolean'
}

/** Marks the spans of a problem instead of what is looked for, and goes to the first. */
function problemChooser(
  view: TraceView,
  setSearch: SpansTabProps['setSearch'],
  moveTo: (index: number | undefined) => boolean,
) {
  return (place: number | undefined) => {
    setSearch({ problem: place === undefined ? '' : String(place), find: '' }, 'replace')
    if (place !== undefined) moveTo(view.problems[place]?.rows[0])
  }
}

/** Spans that are looked for, or those of the chosen problem. */
function useMatches(view: TraceView, { find, problem: place }: TraceSearch) {
  const problem = place === '' ? undefined : view.problems[Number(place)]
  const chosen = problem?.rows
  const look = useMemo(() => openFind(view), [view])
  const looked = useDeferredValue(find)
  const matches = useMemo(() => chosen ?? look(looked), [chosen, look, looked])
  const matchSet = useMemo(() => new Set(matches), [matches])
  return { problem, matches, matchSet }
}

/** What is collapsed, and the rows that leaves. */
function useTree(view: TraceView, hidden: ReadonlySet<string>) {
  const [collapsed, setCollapsed] = useState<ReadonlySet<number>>(() => new Set<number>())
  const rows = useMemo(() => visibleRows(view, collapsed, hidden), [view, collapsed, hidden])
  const toggle = useCallback(
    (index: number) =>
      setCollapsed((before) => {
        const next = new Set(before)
        if (!next.delete(index)) next.add(index)
        return next
      }),
    [],
  )
  const setDepth: WaterfallProps['onDepth'] = useCallback(
    (change) =>
      setCollapsed((before) => {
        if (change === 'all') return new Set<number>()
        if (change === 'none') return collapsedAt(view, 0)
        const depth = shownDepth(view, before)
        return collapsedAt(view, Math.max(0, depth + (change === 'more' ? 1 : -1)))
      }),
    [view],
  )
  const reveal = useCallback((index: number) => setCollapsed((before) => revealed(view, before, index)), [view])
  return { collapsed, rows, toggle, setDepth, reveal }
}

type TreeKeys = {
  view: TraceView
  rows: readonly SpanRow[]
  cursor: number
  collapsed: ReadonlySet<number>
  moveTo: (index: number | undefined) => boolean
  toggle: (index: number) => void
  setDepth: WaterfallProps['onDepth']
}

function useTreeKeys({ view, rows, cursor, collapsed, moveTo, toggle, setDepth }: TreeKeys): void {
  const move = (by: number) => {
    const place = rows.findIndex(({ index }) => index === cursor)
    const next = place === -1 ? 0 : Math.max(0, Math.min(rows.length - 1, place + by))
    return moveTo(rows[next]?.index)
  }
  const row = view.rows[cursor]
  const hasChildren = row !== undefined && row.node.children.length > 0
  const left = () => {
    if (row === undefined) return false
    if (hasChildren && !collapsed.has(cursor)) return toggle(cursor)
    return moveTo(row.parent === -1 ? undefined : row.parent)
  }
  const right = () => {
    if (!hasChildren) return false
    return collapsed.has(cursor) ? toggle(cursor) : move(1)
  }
  useKeys('Spans', [
    { keys: 'j', says: 'Next span', run: () => move(1) },
    { keys: 'k', says: 'Span before', run: () => move(-1) },
    { keys: 'down', says: '', run: () => move(1) },
    { keys: 'up', says: '', run: () => move(-1) },
    { keys: 'left', says: 'Collapse, or go to the caller', run: left },
    { keys: 'right', says: 'Expand, or go on', run: right },
    { keys: 'E', says: 'Expand all', run: () => setDepth('all') },
    { keys: 'C', says: 'Collapse all', run: () => setDepth('none') },
    { keys: ']', says: 'One level more', run: () => setDepth('more') },
    { keys: '[', says: 'One level less', run: () => setDepth('less') },
  ])
}

type SpanKeys = {
  open: () => boolean | undefined
  close: () => boolean | undefined
  find: () => void
  next: (by: 1 | -1) => boolean
  zoom: () => void
  whole: () => void
}

function useSpanKeys(on: SpanKeys): void {
  const onControl = (event: KeyboardEvent) =>
    event.target instanceof HTMLElement && event.target.closest('a, button, summary') !== null
  useKeys('One span', [
    { keys: 'enter', says: 'Details of the span', run: (event) => !onControl(event) && on.open() },
    { keys: 'esc', says: 'Close the details', run: on.close },
    { keys: 'f', says: 'Find in this trace', run: on.find },
    { keys: 'n', says: 'Next span found', run: () => on.next(1) },
    { keys: 'N', says: 'Found span before', run: () => on.next(-1) },
    { keys: 'z', says: 'Zoom to the span', run: on.zoom },
    { keys: '0', says: 'The whole time', run: on.whole },
  ])
}
