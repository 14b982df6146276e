/** '' or `?a=b`. Absent, empty and undefined values are left out; characters that are safe in a query stay readable. */
export function printRawSearch(raw: Record<string, unknown>): string {
  const pairs: string[] = []
  for (const [key, value] of Object.entries(raw)) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item === undefined || item === null || item === '') continue
      pairs.push(`${encodePart(key)}=${encodePart(String(item))}`)
    }
  }
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}

function encodePart(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(/%(3A|2F|2C|40|24|20|3D|3E|3C|28|29)/g, (code) =>
    code === '%20' ? '+' : decodeURIComponent(code),
  )
}
