import { ActionIcon, Menu } from '@mantine/core'
import {
  IconArrowDown,
  IconArrowUp,
  IconCopy,
  IconDotsVertical,
  IconExternalLink,
  IconPencil,
  IconTrash,
} from '@tabler/icons-react'
import type { Dashboard, DashboardPanel } from '@wakeline/protocol'
import { type CSSProperties, type DragEvent, type PointerEvent, useRef, useState } from 'react'
import { Link } from '../../parts/link.tsx'
import { questionPage } from './behind.ts'
import styles from './dashboard-page.module.css'
import { columns, duplicated, gapPx, moved, rowPx, sizeOf, withoutPanel, withSize } from './edit.ts'
import { PanelView, type PanelWorld } from './panel-view.tsx'

type GridProps = {
  dashboard: Dashboard
  world: PanelWorld
  /** Undefined where it is only looked at. */
  onChange: ((dashboard: Dashboard) => void) | undefined
  onEdit: (at: number) => void
}

/** The panels in rows of 24 columns, in their order. Where they are edited, they are dragged by their heads and sized at their corner. */
export function Grid({ dashboard, world, onChange, onEdit }: GridProps) {
  const grid = useRef<HTMLDivElement>(null)
  const drags = useDrags((from, to) => onChange?.(moved(dashboard, from, to)))
  return (
    <div ref={grid} className={styles.grid} data-editing={onChange !== undefined}>
      {[...dashboard.panels.entries()].map(([at, panel]) => (
        <div key={at} className={styles.place} style={placeOf(panel)} {...(onChange !== undefined && drags(at))}>
          <PanelView
            panel={panel}
            world={world}
            tools={
              onChange === undefined && questionPage(panel, world.choices) === undefined ? undefined : (
                <PanelMenu {...{ dashboard, at, panel, world, onChange, onEdit }} />
              )
            }
          />
          {onChange !== undefined && (
            <Corner size={sizeOf(panel)} grid={grid} onSize={(size) => onChange(withSize(dashboard, at, size))} />
          )}
        </div>
      ))}
    </div>
  )
}

/** Dragging a place onto another. Its menu moves it by keys, too. */
function useDrags(move: (from: number, to: number) => void) {
  const [dragged, setDragged] = useState<number>()
  const [over, setOver] = useState<number>()
  const end = () => {
    setDragged(undefined)
    setOver(undefined)
  }
  return (at: number) => ({
    draggable: true,
    'data-over': dragged !== undefined && over === at && dragged !== at,
    onDragStart: (event: DragEvent) => {
      event.dataTransfer.effectAllowed = 'move'
      setDragged(at)
    },
    onDragEnd: end,
    onDragOver: (event: DragEvent) => {
      if (dragged === undefined) return
      event.preventDefault()
      setOver(at)
    },
    onDrop: (event: DragEvent) => {
      event.preventDefault()
      if (dragged !== undefined) move(dragged, at)
      end()
    },
  })
}

function placeOf(panel: DashboardPanel): CSSProperties & Record<`--${string}`, number> {
  const { width, height } = sizeOf(panel)
  return { '--columns': width, '--rows': height }
}

type MenuProps = Omit<GridProps, 'dashboard'> & { dashboard: Dashboard; at: number; panel: DashboardPanel }

function PanelMenu({ dashboard, at, panel, world, onChange, onEdit }: MenuProps) {
  const page = questionPage(panel, world.choices)
  return (
    <Menu position="bottom-end" transitionProps={{ duration: 0 }}>
      <Menu.Target>
        <ActionIcon size={22} aria-label={`Panel ${panel.title}`} className={styles.menu ?? ''}>
          <IconDotsVertical size={15} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {page !== undefined && (
          <Menu.Item component={Link} href={page} leftSection={<IconExternalLink size={14} />}>
            Open the question
          </Menu.Item>
        )}
        {onChange !== undefined && (
          <>
            <Menu.Item leftSection={<IconPencil size={14} />} onClick={() => onEdit(at)}>
              Edit
            </Menu.Item>
            <Menu.Item leftSection={<IconCopy size={14} />} onClick={() => onChange(duplicated(dashboard, at))}>
              Duplicate
            </Menu.Item>
            <Menu.Item
              leftSection={<IconArrowUp size={14} />}
              disabled={at === 0}
              onClick={() => onChange(moved(dashboard, at, at - 1))}
            >
              Move before
            </Menu.Item>
            <Menu.Item
              leftSection={<IconArrowDown size={14} />}
              disabled={at === dashboard.panels.length - 1}
              onClick={() => onChange(moved(dashboard, at, at + 1))}
            >
              Move behind
            </Menu.Item>
            <Menu.Item
              color="red"
              leftSection={<IconTrash size={14} />}
              onClick={() => onChange(withoutPanel(dashboard, at))}
            >
              Delete
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}

type Size = { width: number; height: number }

/** Drags a panel to a size in columns and rows. */
function Corner(props: { size: Size; grid: { current: HTMLElement | null }; onSize: (size: Size) => void }) {
  const from = useRef<{ x: number; y: number; size: Size }>(undefined)
  const move = (event: PointerEvent) => {
    const start = from.current
    const width = props.grid.current?.clientWidth ?? 0
    if (start === undefined || width === 0) return
    const columnPx = (width + gapPx) / columns
    const size = {
      width: start.size.width + (event.clientX - start.x) / columnPx,
      height: start.size.height + (event.clientY - start.y) / rowPx,
    }
    const { width: nowWidth, height: nowHeight } = props.size
    if (Math.round(size.width) !== nowWidth || Math.round(size.height) !== nowHeight) props.onSize(size)
  }
  const handlers = {
    // The panel itself is dragged by everything but its corner.
    onDragStart: (event: DragEvent) => {
      event.preventDefault()
      event.stopPropagation()
    },
    onPointerDown: (event: PointerEvent) => {
      event.preventDefault()
      event.currentTarget.setPointerCapture(event.pointerId)
      from.current = { x: event.clientX, y: event.clientY, size: props.size }
    },
    onPointerMove: move,
    onPointerUp: () => {
      from.current = undefined
    },
  }
  return <div className={styles.corner} title="Drag to size" draggable {...handlers} />
}
