const steps = [
  [86_400e9, 'd'],
  [3_600e9, 'h'],
  [60e9, 'm'],
  [1e9, 's'],
  [1e6, 'ms'],
  [1e3, 'µs'],
  [1, 'ns'],
] as const

/** `840 µs`, `84 ms`, `1.24 s`, `2m 05s`, `3h 12m`, `2d 4h`; three digits at most. */
export function printDuration(nano: number): string {
  if (!Number.isFinite(nano)) return '–'
  if (nano < 0) return `-${printDuration(-nano)}`
  if (nano === 0) return '0'
  if (nano >= 59.95e9) return printLong(Math.round(nano / 1e9))
  const [size, unit] = steps.find(([stepNano]) => nano >= stepNano * 0.9995) ?? [1, 'ns']
  return `${threeDigits(nano / size)} ${unit}`
}

function printLong(seconds: number): string {
  const [d, h, m, s] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
    seconds % 60,
  ]
  if (d > 0) return h > 0 ? `${d}d ${h}h` : `${d}d`
  if (h > 0) return m > 0 ? `${h}h ${pad(m)}m` : `${h}h`
  return s > 0 ? `${m}m ${pad(s)}s` : `${m}m`
}

/** 1.24, 12.4, 124: as many decimals as three digits leave, none that say nothing. */
export function threeDigits(value: number): string {
  const size = Math.abs(value)
  const text = value.toFixed(size < 9.995 ? 2 : size < 99.95 ? 1 : 0)
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

function pad(value: number): string {
  return String(value).padStart(2, '0')
}
