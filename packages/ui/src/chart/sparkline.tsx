import { useMemo } from 'react'
import styles from './chart.module.css'
import { sparkPath } from './spark-path.ts'

/** A row's small picture: one path each, cheap enough for hundreds of rows. Its scale begins at zero. */
export function Sparkline(props: {
  values: readonly (number | null)[]
  colour: string
  shape?: 'line' | 'area' | 'bar'
  /** Top of the scale; without it the highest value. */
  max?: number
  widthPx?: number
  heightPx?: number
  label: string
}) {
  const { values, shape = 'line', widthPx = 110, heightPx = 20 } = props
  const { path, fill } = useMemo(
    () =>
      sparkPath({
        values,
        shape,
        width: widthPx,
        height: heightPx,
        ...(props.max !== undefined && { max: props.max }),
      }),
    [values, shape, widthPx, heightPx, props.max],
  )
  return (
    <svg className={styles.spark} width={widthPx} height={heightPx} role="img" aria-label={props.label}>
      <line x1="0" x2={widthPx} y1={heightPx - 0.5} y2={heightPx - 0.5} stroke="var(--line)" />
      {fill !== '' && <path d={fill} fill={props.colour} opacity={shape === 'bar' ? 1 : 0.16} />}
      {path !== '' && (
        <path
          d={path}
          fill="none"
          stroke={props.colour}
          strokeWidth="1.3"
          strokeLinejoin="round"
          strokeLinecap="round"
        />
      )}
    </svg>
  )
}
