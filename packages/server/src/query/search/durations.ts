const nanosecondsIn: Record<string, number> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
  d: 86_400e9,
}

/** `250ms`, `1.5s`, `2h`: nanoseconds; undefined for anything else, a bare number too. */
export function durationNano(text: string): number | undefined {
  const found = /^(\d+(?:\.\d+)?)(ns|us|µs|μs|ms|s|m|h|d)$/.exec(text)
  const unit = nanosecondsIn[found?.[2] ?? '']
  return found?.[1] === undefined || unit === undefined ? undefined : Math.round(Number(found[1]) * unit)
}
