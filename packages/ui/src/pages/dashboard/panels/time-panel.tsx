import { useElementSize } from '@mantine/hooks'
import type { DashboardPanel } from '@wakeline/protocol'
import { useMemo, useState } from 'react'
import { type ChartSeries, TimeChart } from '../../../chart/time-chart.tsx'
import { useTime } from '../../../time/time-context.tsx'
import styles from '../dashboard-page.module.css'
import type { Figure, Figures } from '../figures.ts'

/** Of names in one line, and in two that scroll. */
const legendPx = 24
const legendsPx = 44
const letterPx = 7
const aroundNamePx = 28

type Props = {
  panel: DashboardPanel
  figures: Figures
  heightPx: number
  /** What lies behind a point: the step, and the figure nearest to it. */
  onPick: (at: { fromMs: number; toMs: number }, figure: Figure | undefined) => void
}

/** Lines over time, or areas on one another. */
export function TimePanel({ panel, figures, heightPx, onPick }: Props) {
  const { fromMs, toMs, select } = useTime()
  const [only, setOnly] = useState<string>()
  const [over, setOver] = useState<string>()
  const unit = panel.unit ?? figures.unit
  const lines = useMemo(() => linesOf(figures.figures, panel, only), [figures.figures, panel, only])
  const names = useMemo(() => [...new Set(figures.figures.map(({ name }) => name))], [figures.figures])
  const { ref, width } = useElementSize()
  const namesPx = names.reduce((sum, name) => sum + Math.min(260, name.length * letterPx + aroundNamePx), 0)
  const legend = namesPx < width ? legendPx : legendsPx
  return (
    <>
      <TimeChart
        label={`${panel.title}, ${figures.figures.length} series over time`}
        times={figures.times}
        stepMs={figures.stepMs}
        series={lines}
        unit={unit}
        fromMs={fromMs}
        toMs={toMs}
        heightPx={Math.max(60, heightPx - legend)}
        stacked={panel.stacked === true}
        legend={false}
        highlight={over}
        onSelect={select}
        pickSays="Click for what is behind it, drag to zoom"
        onPick={(point) =>
          onPick(
            point,
            figures.figures.find(({ name }) => name === point.series),
          )
        }
        sync="dashboard"
      />
      <div ref={ref} className={styles.legend} style={{ maxHeight: legend }}>
        {figures.figures.filter(isFirst).map(({ name, colour }) => (
          <button
            key={name}
            type="button"
            className={styles.legendItem}
            aria-pressed={only === name}
            data-off={only !== undefined && only !== name}
            title={name}
            onClick={() => setOnly(only === name ? undefined : name)}
            onPointerEnter={() => setOver(name)}
            onPointerLeave={() => setOver(undefined)}
          >
            <span className={styles.swatch} style={{ background: colour }} aria-hidden />
            <span className="cut">{name}</span>
          </button>
        ))}
      </div>
    </>
  )
}

const isFirst = ({ name }: Figure, at: number, all: readonly Figure[]): boolean =>
  all.findIndex((other) => other.name === name) === at

function linesOf(figures: readonly Figure[], panel: DashboardPanel, only: string | undefined): ChartSeries[] {
  const alone = figures.filter(({ name }) => name === only)
  const shown = alone.length > 0 ? alone : figures
  const lines = shown.map(({ name, values, colour }): ChartSeries => {
    return { name, values, colour, ...(panel.stacked === true && { shape: 'area' as const }) }
  })
  if (panel.stacked === true) return lines
  const highest = Math.max(...shown.flatMap(({ values }) => values.map((value) => value ?? 0)), 0)
  // One that is far above all values would press them to the ground.
  const near = (panel.thresholds ?? []).filter(
    ({ from, is }) => is !== 'ok' && from !== undefined && from <= highest * 1.5,
  )
  return [
    ...lines,
    ...near.map(
      ({ from = 0, is }): ChartSeries => ({
        name: `${is === 'warn' ? 'warning' : 'error'} from ${from}`,
        values: shown[0]?.values.map(() => from) ?? [],
        colour: is === 'warn' ? 'var(--warn)' : 'var(--error)',
        dashed: true,
      }),
    ),
  ]
}
