import { ActionIcon, Checkbox, Menu } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { IconChevronDown, IconChevronUp, IconColumns3 } from '@tabler/icons-react'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type CSSProperties, type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
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
  /** Stands under the last row: "loading more", "all shown". */
  footer?: ReactNode
  rowClass?: (row: Row) => string | undefined
}

/** A virtualised table, driven by keyboard, whose columns the viewer chooses. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { rows: given, rowKey, onOpen, sort, rowHeightPx = 32, measured = false, height = 'fill' } = props
  const { ref: sizeRef, width } = useElementSize()
  const scroller = useRef<HTMLDivElement>(null)
  const choice = useColumnChoice(props.name, props.columns)
  const columns = choice.shown.filter(({ fromWidth }) => fromWidth === undefined || width === 0 || width >= fromWidth)
  const rows = useMemo(() => sortRows(given, choice.all, sort), [given, choice.all, sort])
  const [ownKey, setOwnKey] = useState<string>()
  const selectedKey = props.onSelect === undefined ? ownKey : props.selectedKey
  const select = props.onSelect ?? setOwnKey

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
  const { onEndReached } = props
  useEffect(() => {
    if (rows.length > 0 && last >= rows.length - 10) onEndReached?.()
  }, [last, rows.length, onEndReached])

  const move = (by: number) => {
    const at = rows.findIndex((row) => rowKey(row) === selectedKey)
    const next = at === -1 ? (by > 0 ? 0 : rows.length - 1) : Math.max(0, Math.min(rows.length - 1, at + by))
    const row = rows[next]
    if (row === undefined) return false
    select(rowKey(row))
    virtual.scrollToIndex(next, { align: 'auto' })
    return true
  }
  useTableKeys({
    active: (event) =>
      props.pageKeys === true ||
      scroller.current?.contains(document.activeElement) === true ||
      scroller.current === event.target,
    move,
    open: () => {
      const row = rows.find((candidate) => rowKey(candidate) === selectedKey)
      if (row === undefined || onOpen === undefined) return false
      onOpen(row)
      return true
    },
    clear: () => {
      if (selectedKey === undefined) return false
      select(undefined)
      return true
    },
    name: props.name,
  })

  const grid: CSSProperties = { gridTemplateColumns: columns.map((column) => column.width).join(' ') }
  return (
    <div className={height === 'fill' ? `${styles.frame} ${styles.fill}` : styles.frame} ref={sizeRef}>
      <div
        className={styles.scroller}
        ref={scroller}
        tabIndex={0}
        role="grid"
        aria-label={props.name}
        aria-rowcount={rows.length + 1}
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
            return (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the grid hears the keys for all rows.
              <div
                key={item.key}
                ref={measured ? virtual.measureElement : undefined}
                data-index={item.index}
                role="row"
                aria-rowindex={item.index + 2}
                aria-selected={chosen}
                tabIndex={-1}
                className={[styles.row, onOpen && styles.opens, chosen && styles.chosen, props.rowClass?.(row)]
                  .filter(Boolean)
                  .join(' ')}
                style={{
                  ...grid,
                  transform: `translateY(${item.start}px)`,
                  ...(measured ? { minHeight: rowHeightPx } : { height: rowHeightPx }),
                }}
                onClick={() => {
                  if (window.getSelection()?.isCollapsed === false) return
                  select(rowKey(row))
                  onOpen?.(row)
                }}
              >
                {columns.map((column) => (
                  <div
                    key={column.id}
                    role="gridcell"
                    className={column.align === 'right' ? styles.right : styles.cell}
                  >
                    {column.render(row)}
                  </div>
                ))}
              </div>
            )
          })}
        </div>
        {props.footer !== undefined && <div className={styles.footer}>{props.footer}</div>}
      </div>
      <ColumnMenu columns={choice.all} shown={choice.shown} toggle={choice.toggle} />
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
        {column.title}
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
  const shown = all.filter(({ id, choice }) => choice === 'always' || (choice === 'hidden') === changed.includes(id))
  const toggle = (id: string) =>
    setChanged(changed.includes(id) ? changed.filter((other) => other !== id) : [...changed, id])
  return { all, shown, toggle }
}

const none: string[] = []

export function sortRows<Row>(rows: Row[], columns: Column<Row>[], sort: Sort | undefined): Row[] {
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

function useTableKeys(on: {
  name: string
  active: (event: KeyboardEvent) => boolean
  move: (by: number) => boolean
  open: () => boolean
  clear: () => boolean
}): void {
  const when = (run: () => boolean) => (event: KeyboardEvent) => on.active(event) && run()
  useKeys(on.name, [
    { keys: 'j', says: 'Next row', run: when(() => on.move(1)) },
    { keys: 'k', says: 'Row before', run: when(() => on.move(-1)) },
    { keys: 'down', says: '', run: when(() => on.move(1)) },
    { keys: 'up', says: '', run: when(() => on.move(-1)) },
    {
      keys: 'enter',
      says: 'Open the row',
      run: (event) =>
        !(event.target instanceof HTMLElement && event.target.closest('a, button')) && on.active(event) && on.open(),
    },
    { keys: 'esc', says: 'Leave the row', run: when(on.clear) },
  ])
}
