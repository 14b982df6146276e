import type { Dashboard, DashboardPanel } from '@wakeline/protocol'

/** Changes of a dashboard that is being edited: each makes a new one. */
export const columns = 24
/** A row with the gap below it. */
export const rowPx = 40
export const gapPx = 8
const rowsMax = 40

export const usualSize: Readonly<Record<DashboardPanel['kind'], { width: number; height: number }>> = {
  timeseries: { width: 12, height: 7 },
  value: { width: 6, height: 3 },
  table: { width: 12, height: 7 },
  bars: { width: 12, height: 7 },
  text: { width: 12, height: 3 },
  heading: { width: columns, height: 1 },
}

export function sizeOf({ kind, width, height }: DashboardPanel): { width: number; height: number } {
  const usual = usualSize[kind]
  return { width: width ?? usual.width, height: height ?? usual.height }
}

export function withPanel(dashboard: Dashboard, at: number, panel: DashboardPanel): Dashboard {
  const panels = [...dashboard.panels]
  panels[at] = panel
  return { ...dashboard, panels }
}

export function withSize(dashboard: Dashboard, at: number, size: { width: number; height: number }): Dashboard {
  const panel = dashboard.panels[at]
  if (panel === undefined) return dashboard
  const width = Math.max(1, Math.min(columns, Math.round(size.width)))
  const height = Math.max(1, Math.min(rowsMax, Math.round(size.height)))
  return withPanel(dashboard, at, { ...panel, width, height })
}

/** The panel stands at `to` afterwards; beyond the ends nothing changes. */
export function moved(dashboard: Dashboard, from: number, to: number): Dashboard {
  const panels = [...dashboard.panels]
  if (from === to || to < 0 || to >= panels.length) return dashboard
  panels.splice(to, 0, ...panels.splice(from, 1))
  return { ...dashboard, panels }
}

export function duplicated(dashboard: Dashboard, at: number): Dashboard {
  const panel = dashboard.panels[at]
  if (panel === undefined) return dashboard
  return { ...dashboard, panels: dashboard.panels.toSpliced(at + 1, 0, { ...panel, title: `${panel.title} (copy)` }) }
}

export function withoutPanel(dashboard: Dashboard, at: number): Dashboard {
  return { ...dashboard, panels: dashboard.panels.toSpliced(at, 1) }
}
