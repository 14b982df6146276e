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
import { type CSSProperties, type PointerEvent, useRef, useState } from 'react'
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

/** The panels in rows of twelve columns, in their order. Where they are edited, they are dragged by their heads and sized at their corner. */
export function Grid({ dashboard, world, onChange, onEdit }: GridProps) {
  const grid = useRef<HTMLDivElement>(null)
  const [dragged, setDragged] = useState<number>()
  const [over, setOver] = useState<number>()
  const drop = (to: number) => {
    if (dragged !== undefined) onChange?.(moved(dashboard, dragged, to))
    setDragged(undefined)
    setOver(undefined)
  }
  return (
    <div ref={grid} className={styles.grid} data-editing={onChange !== undefined}>
      {[...dashboard.panels.entries()].map(([at, panel]) => (
        // biome-ignore lint/a11y/noStaticElementInteractions: the menu of each panel moves it by keys, too.
        <div
          key={at}
          className={styles.place}
          style={placeOf(panel)}
          data-over={over === at && dragged !== at}
          draggable={onChange !== undefined}
          onDragStart={(event) => {
            event.dataTransfer.effectAllowed = 'move'
            setDragged(at)
          }}
          onDragEnd={() => setDragged(undefined)}
          onDragOver={(event) => {
            if (dragged === undefined) return
            event.preventDefault()
            setOver(at)
          }}
          onDrop={(event) => {
            event.preventDefault()
            drop(at)
          }}
        >
          <PanelView
            panel={panel}
            world={world}
            tools={<PanelMenu {...{ dashboard, at, panel, world, onChange, onEdit }} />}
          />
          {onChange !== undefined && (
            <Corner size={sizeOf(panel)} grid={grid} onSize={(size) => onChange(withSize(dashboard, at, size))} />
          )}
        </div>
      ))}
    </div>
  )
}

function placeOf(panel: DashboardPanel): CSSProperties & Record<`--${string}`, number> {
  const { width, height } = sizeOf(panel)
  return { '--columns': width, '--rows': height }
}

type MenuProps = Omit<GridProps, 'dashboard'> & { dashboard: Dashboard; at: number; panel: DashboardPanel }

function PanelMenu({ dashboard, at, panel, world, onChange, onEdit }: MenuProps) {
  const page = questionPage(panel, world.choices)
  if (onChange === undefined && page === undefined) return null
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
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the editor of a panel has its size as numbers.
    <div
      className={styles.corner}
      title="Drag to size"
      draggable
      onDragStart={(event) => {
        // The panel itself is dragged by everything but its corner.
        event.preventDefault()
        event.stopPropagation()
      }}
      onPointerDown={(event) => {
        event.preventDefault()
        event.currentTarget.setPointerCapture(event.pointerId)
        from.current = { x: event.clientX, y: event.clientY, size: props.size }
      }}
      onPointerMove={move}
      onPointerUp={() => {
        from.current = undefined
      }}
    />
  )
}
