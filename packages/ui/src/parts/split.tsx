import { ActionIcon } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { type PointerEvent, type ReactNode, useRef } from 'react'
import styles from './split.module.css'
import { isNumber, useStored } from './use-stored.ts'

/**
 * A main part with a detail beside it, whose width the viewer drags (kept under `name`). On narrow screens the detail
 * lies over the main part, or `below` it. Without a detail the main part has all the room.
 */
export function Split(props: {
  name: string
  children: ReactNode
  detail?: ReactNode
  title?: ReactNode
  narrow?: 'over' | 'below'
  onClose: () => void
}) {
  const [widthPx, setWidthPx] = useStored(`split.${props.name}`, 460, isNumber)
  const frame = useRef<HTMLDivElement>(null)
  const drag = (event: PointerEvent<HTMLDivElement>) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId) || frame.current === null) return
    const box = frame.current.getBoundingClientRect()
    setWidthPx(Math.round(Math.max(300, Math.min(box.width - 300, box.right - event.clientX))))
  }
  return (
    <div className={props.narrow === 'below' ? `${styles.split} ${styles.stack}` : styles.split} ref={frame}>
      <div className={styles.main}>{props.children}</div>
      {props.detail !== undefined && (
        <>
          <div
            className={styles.handle}
            onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
            onPointerMove={drag}
            aria-hidden
          />
          <aside className={styles.detail} style={{ flexBasis: widthPx }}>
            <div className={styles.head}>
              <div className={styles.title}>{props.title}</div>
              <ActionIcon aria-label="Close the detail" title="Close (Esc)" onClick={props.onClose}>
                <IconX size={16} />
              </ActionIcon>
            </div>
            <div className={styles.body}>{props.detail}</div>
          </aside>
        </>
      )}
    </div>
  )
}
