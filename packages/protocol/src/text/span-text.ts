const units = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const

/** `15m`, `1h30m` -> milliseconds. */
export function parseSpanText(text: string): number | undefined {
  const compact = text.trim().toLowerCase()
  if (!/^(\d+(\.\d+)?[smhdw])+$/.test(compact)) return undefined
  let ms = 0
  for (const [, count, unit] of compact.matchAll(/(\d+(?:\.\d+)?)([smhdw])/g)) ms += Number(count) * unitMs(unit ?? 's')
  return ms > 0 ? ms : undefined
}

function unitMs(unit: string): number {
  return Object.entries(units).find(([name]) => name === unit)?.[1] ?? 1000
}
