/**
 * The piece of a trace that is looked at, as shares of its whole duration. Offsets are nanoseconds after the start
 * of the trace and may be negative or beyond its end: clocks differ between hosts.
 *
 *   0 ............ from [==== window ====] to ............ 1
 */
export type TimeWindow = { from: number; to: number }

export const wholeWindow: TimeWindow = { from: 0, to: 1 }

/** A window between two places in either order, within the trace, and at least `leastShare` wide. */
export function windowBetween(a: number, b: number, leastShare = 1e-7): TimeWindow {
  const from = clamp(Math.min(a, b), 0, 1 - leastShare)
  return { from, to: Math.max(clamp(Math.max(a, b), 0, 1), from + leastShare) }
}

/** The window moved by a share of the whole, kept as wide as it is. */
export function moveWindow({ from, to }: TimeWindow, by: number): TimeWindow {
  const shift = clamp(by, -from, 1 - to)
  return { from: from + shift, to: to + shift }
}

export function isWhole({ from, to }: TimeWindow): boolean {
  return from <= 0 && to >= 1
}

/** Around a span, with some room at both sides. */
export function windowAround(offsetNano: number, durationNano: number, wholeNano: number): TimeWindow {
  const room = Math.max(durationNano * 0.08, wholeNano * 1e-4)
  return windowBetween((offsetNano - room) / wholeNano, (offsetNano + durationNano + room) / wholeNano)
}

/** What a press at `at` on the minimap takes hold of; `reach` is how near an edge must be, as a share. */
export function holdAt(window: TimeWindow, at: number, reach: number): 'from' | 'to' | 'move' | 'new' {
  if (isWhole(window)) return 'new'
  const [left, right] = [Math.abs(at - window.from), Math.abs(at - window.to)]
  if (Math.min(left, right) <= reach) return left < right ? 'from' : 'to'
  return at > window.from && at < window.to ? 'move' : 'new'
}

/** Place of a bar in the window in per cent. `cutLeft` and `cutRight`: it goes on beyond the window's edge. */
export type BarPlace = { left: number; width: number; cutLeft: boolean; cutRight: boolean }

/** Undefined where nothing of it is in the window. Negative durations count as none. */
export function barPlace(
  bar: { fromNano: number; toNano: number },
  window: TimeWindow,
  wholeNano: number,
): BarPlace | undefined {
  const span = window.to - window.from
  const from = (bar.fromNano / wholeNano - window.from) / span
  const to = (Math.max(bar.toNano, bar.fromNano) / wholeNano - window.from) / span
  if (!(to >= 0 && from <= 1)) return undefined
  const left = clamp(from, 0, 1)
  return { left: left * 100, width: (clamp(to, 0, 1) - left) * 100, cutLeft: from < -1e-9, cutRight: to > 1 + 1e-9 }
}

/** Round offsets within the window, about `count` of them, nanoseconds after the start of the trace. */
export function axisMarks(window: TimeWindow, wholeNano: number, count: number): number[] {
  const [from, to] = [window.from * wholeNano, window.to * wholeNano]
  const step = roundStep((to - from) / Math.max(1, count))
  const marks: number[] = []
  for (
    let at = Math.max(0, Math.ceil(from / step - 1e-9));
    at * step <= to * (1 + 1e-12) && marks.length < count * 4;
    at++
  ) {
    marks.push(at * step)
  }
  return marks
}

/** The next 1, 2 or 5 of a power of ten, at least a nanosecond; from a minute on in sixties. */
function roundStep(least: number): number {
  if (least > 30e9) {
    const steps = [60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400]
    const step = steps.find((seconds) => seconds * 1e9 >= least)
    return step === undefined ? Math.ceil(least / 86_400e9) * 86_400e9 : step * 1e9
  }
  const power = 10 ** Math.floor(Math.log10(Math.max(1, least)))
  return Math.max(1, ([1, 2, 5, 10].find((digit) => digit * power >= least * (1 - 1e-9)) ?? 10) * power)
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value))
}
