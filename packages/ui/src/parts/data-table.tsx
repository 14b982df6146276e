import { ActionIcon, Checkbox, Menu } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { IconChevronDown, IconChevronUp, IconColumns3 } from '@tabler/icons-react'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type CSSProperties, type ReactNode, useEffect, useId, useMemo, useRef, useState } from 'react'
import styles from './data-table.module.css'
import { useKeys } from './keys.tsx'
import type { Sort } from './sort.ts'
import { isStrings, useStored } from './use-stored.ts'

export type Column<Row> = {
  id: string
  title: string
  /** A CSS grid track: `90px`, `minmax(160px, 2fr)`. */
  width: string
  render: (row: Row) => ReactNode
  align?: 'right'
  /** What the heading means, on hover. */
  hint?: string
  /** Its heading sorts, this way on the first click. Without `value` the page sorts (or the server did). */
  sort?: 'asc' | 'desc'
  value?: (row: Row) => number | string
  /** Left out where the table is narrower than this, px. */
  fromWidth?: number
  /** `always` cannot be switched off, `hidden` is off until switched on. */
  choice?: 'always' | 'hidden'
}

export type DataTableProps<Row> = {
  /** Read out, and the name under which the choice of columns is kept. */
  name: string
  rows: Row[]
  columns: Column<Row>[]
  rowKey: (row: Row) => string
  /** Click, or Enter on the row the keys stand on. */
  onOpen?: (row: Row) => void
  /** The row the keys stand on; without these the table keeps it itself. */
  selectedKey?: string | undefined
  onSelect?: (key: string | undefined) => void
  sort?: Sort
  onSort?: (sort: Sort) => void
  /** Hears j, k, arrows, Enter wherever the focus is; at most one table of a page. Others hear them when focused. */
  pageKeys?: boolean
  /** `fill` takes the height that is left; `content` is as high as its rows, up to 70 % of the window. */
  height?: 'fill' | 'content'
  rowHeightPx?: number
  /** Rows differ in height: each is measured. */
  measured?: boolean
  onEndReached?: (() => void) | undefined
  /** Told whether the first row is out of sight; `toTop` brings it back each time it changes. */
  onAway?: (away: boolean) => void
  toTop?: number
  /** Stands under the last row: "loading more", "all shown". */
  footer?: ReactNode
}

/** A virtualised table, driven by keyboard, whose columns the viewer chooses. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { rows: given, rowKey, sort, height = 'fill' } = props
  const { ref: sizeRef, width } = useElementSize()
  const scroller = useRef<HTMLDivElement>(null)
  const choice = useColumnChoice(props.name, props.columns)
  const columns = useMemo(
    () => choice.shown.filter(({ fromWidth }) => fromWidth === undefined || width === 0 || width >= fromWidth),
    [choice.shown, width],
  )
  const rows = useMemo(() => sortRows(given, choice.all, sort), [given, choice.all, sort])
  const [ownKey, setOwnKey] = useState<string>()
  const selectedKey = props.onSelect === undefined ? ownKey : props.selectedKey
  const select = props.onSelect ?? setOwnKey
  const { virtual, items } = useVirtualRows(props, rows, scroller)
  const show = (index: number) => virtual.scrollToIndex(index, { align: 'auto' })
  useTableKeys({ table: props, rows, selectedKey, select, show, scroller })

  const rowsId = useId()
  const chosenItem = items.find(({ index }) => rows[index] !== undefined && rowKey(rows[index]) === selectedKey)
  const grid: CSSProperties = { gridTemplateColumns: columns.map((column) => column.width).join(' ') }
  return (
    <div className={height === 'fill' ? `${styles.frame} ${styles.fill}` : styles.frame} ref={sizeRef}>
      <div
        className={styles.scroller}
        ref={scroller}
        onScroll={(event) => props.onAway?.(event.currentTarget.scrollTop > 0)}
        tabIndex={0}
        role="grid"
        aria-label={props.name}
        aria-rowcount={rows.length + 1}
        aria-activedescendant={chosenItem === undefined ? undefined : `${rowsId}-${chosenItem.index}`}
      >
        <div className={styles.head} style={grid} role="row">
          {columns.map((column) => (
            <Heading key={column.id} column={column} sort={sort} onSort={props.onSort} />
          ))}
        </div>
        <div className={styles.rows} style={{ height: virtual.getTotalSize() }}>
          {items.map((item) => {
            const row = rows[item.index]
            if (row === undefined) return null
            const chosen = rowKey(row) === selectedKey
            const id = `${rowsId}-${item.index}`
            const place = { id, index: item.index, startPx: item.start, grid, measure: virtual.measureElement }
            return <TableRow key={item.key} {...{ table: props, columns, row, chosen, place, select }} />
          })}
        </div>
        {props.footer !== undefined && (
          <div role="row">
            <div role="gridcell" className={styles.footer}>
              {props.footer}
            </div>
          </div>
        )}
      </div>
      <ColumnMenu columns={choice.all} shown={choice.shown} toggle={choice.toggle} />
    </div>
  )
}

/** The rows in sight; asks for more at their end, and goes to the top when told to. */
function useVirtualRows<Row>(table: DataTableProps<Row>, rows: Row[], scroller: { current: HTMLElement | null }) {
  const { rowKey, rowHeightPx = 32, onEndReached, toTop } = table
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeightPx,
    overscan: 12,
    getItemKey: (index) => {
      const row = rows[index]
      return row === undefined ? index : rowKey(row)
    },
  })
  const items = virtual.getVirtualItems()
  const last = items.at(-1)?.index ?? 0
  useEffect(() => {
    if (rows.length > 0 && last >= rows.length - 10) onEndReached?.()
  }, [last, rows.length, onEndReached])
  useEffect(() => {
    if (toTop !== undefined) scroller.current?.scrollTo({ top: 0 })
  }, [toTop, scroller])
  return { virtual, items }
}

function TableRow<Row>(props: {
  table: DataTableProps<Row>
  columns: Column<Row>[]
  row: Row
  chosen: boolean
  place: {
    id: string
    index: number
    startPx: number
    grid: CSSProperties
    measure: (element: HTMLElement | null) => void
  }
  select: (key: string) => void
}) {
  const { table, columns, row, chosen, place } = props
  const { onOpen, rowHeightPx = 32, measured = false } = table
  // Scrolling draws all rows in sight anew, as their places change; what is in them stays.
  const cells = useMemo(
    () =>
      columns.map((column) => (
        <div key={column.id} role="gridcell" className={column.align === 'right' ? styles.right : styles.cell}>
          {column.render(row)}
        </div>
      )),
    [columns, row],
  )
  const height = measured ? { minHeight: rowHeightPx } : { height: rowHeightPx }
  const open = () => {
    // Marking text to copy it is not a click.
    if (window.getSelection()?.isCollapsed === false) return
    props.select(table.rowKey(row))
    onOpen?.(row)
  }
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid hears the keys for all rows.
    <div
      id={place.id}
      ref={measured ? place.measure : undefined}
      data-index={place.index}
      role="row"
      aria-rowindex={place.index + 2}
      aria-selected={chosen}
      tabIndex={-1}
      className={[styles.row, onOpen && styles.opens, chosen && styles.chosen].filter(Boolean).join(' ')}
      style={{ ...place.grid, ...height, transform: `translateY(${place.startPx}px)` }}
      onClick={open}
    >
      {cells}
    </div>
  )
}

function Heading<Row>({
  column,
  sort,
  onSort,
}: {
  column: Column<Row>
  sort: Sort | undefined
  onSort: ((sort: Sort) => void) | undefined
}) {
  const side = column.align === 'right' ? styles.right : styles.cell
  const sorted = sort?.column === column.id ? sort.direction : undefined
  const first = column.sort
  if (first === undefined || onSort === undefined) {
    return (
      <div role="columnheader" className={side} title={column.hint}>
        {column.title || <span className="unseen">{column.hint ?? column.id}</span>}
      </div>
    )
  }
  const next = sorted === undefined ? first : sorted === 'asc' ? 'desc' : 'asc'
  const Arrow = sorted === 'asc' ? IconChevronUp : IconChevronDown
  return (
    <div role="columnheader" className={side} aria-sort={sorted === undefined ? 'none' : `${sorted}ending`}>
      <button
        type="button"
        className={styles.sorter}
        title={column.hint}
        onClick={() => onSort({ column: column.id, direction: next })}
      >
        {column.title}
        <Arrow size={12} className={sorted === undefined ? styles.unsorted : styles.sorted} aria-hidden />
      </button>
    </div>
  )
}

function ColumnMenu<Row>(props: { columns: Column<Row>[]; shown: Column<Row>[]; toggle: (id: string) => void }) {
  const choices = props.columns.filter(({ choice }) => choice !== 'always')
  if (choices.length === 0) return null
  return (
    <div className={styles.columns}>
      <Menu position="bottom-end" closeOnItemClick={false}>
        <Menu.Target>
          <ActionIcon size={22} aria-label="Choose columns" title="Choose columns">
            <IconColumns3 size={15} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>Columns</Menu.Label>
          {choices.map((column) => (
            <Menu.Item key={column.id} onClick={() => props.toggle(column.id)}>
              <Checkbox
                size="xs"
                readOnly
                tabIndex={-1}
                label={column.title}
                checked={props.shown.includes(column)}
                styles={{ body: { pointerEvents: 'none' } }}
              />
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </div>
  )
}

/** The choice is kept as what differs from the default, so that new columns of a later release show up. */
function useColumnChoice<Row>(name: string, all: Column<Row>[]) {
  const [changed, setChanged] = useStored(`columns.${name}`, none, isStrings)
  const shown = useMemo(
    () => all.filter(({ id, choice }) => choice === 'always' || (choice === 'hidden') === changed.includes(id)),
    [all, changed],
  )
  const toggle = (id: string) =>
    setChanged(changed.includes(id) ? changed.filter((other) => other !== id) : [...changed, id])
  return { all, shown, toggle }
}

const none: string[] = []

function sortRows<Row>(rows: Row[], columns: Column<Row>[], sort: Sort | undefined): Row[] {
  const value = columns.find(({ id }) => id === sort?.column)?.value
  if (value === undefined || sort === undefined) return rows
  const sign = sort.direction === 'asc' ? 1 : -1
  return rows.toSorted((a, b) => {
    const [left, right] = [value(a), value(b)]
    if (typeof left === 'string' || typeof right === 'string')
      return sign * String(left).localeCompare(String(right), 'en', { numeric: true })
    return sign * (left - right)
  })
}

function useTableKeys<Row>(on: {
  table: DataTableProps<Row>
  rows: Row[]
  selectedKey: string | undefined
  select: (key: string | undefined) => void
  show: (index: number) => void
  scroller: { current: HTMLElement | null }
}): void {
  const { rows, selectedKey, select } = on
  const { rowKey, onOpen, pageKeys, name } = on.table
  const at = () => rows.findIndex((row) => rowKey(row) === selectedKey)
  const move = (by: number) => {
    const from = at()
    const next = from === -1 ? (by > 0 ? 0 : rows.length - 1) : Math.max(0, Math.min(rows.length - 1, from + by))
    const row = rows[next]
    if (row === undefined) return false
    select(rowKey(row))
    on.show(next)
    return true
  }
  const open = (event: KeyboardEvent) => {
    const row = rows[at()]
    // Enter on a link or button of the row is theirs.
    if (row === undefined || (event.target instanceof HTMLElement && event.target.closest('a, button'))) return false
    onOpen?.(row)
    return onOpen !== undefined
  }
  const leave = () => {
    if (selectedKey === undefined) return false
    select(undefined)
    return true
  }
  const mine = () => pageKeys === true || on.scroller.current?.contains(document.activeElement) === true
  useKeys(name, [
    { keys: 'j', says: 'Next row', run: () => mine() && move(1) },
    { keys: 'k', says: 'Row before', run: () => mine() && move(-1) },
    { keys: 'down', says: '', run: () => mine() && move(1) },
    { keys: 'up', says: '', run: () => mine() && move(-1) },
    { keys: 'enter', says: 'Open the row', run: (event) => mine() && open(event) },
    { keys: 'esc', says: 'Leave the row', run: () => mine() && leave() },
  ])
}
