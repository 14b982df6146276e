import { randomOf } from '../../../../protocol/src/random.case.ts'

/** A text as bodies are: of words that come again, numbers that do not, runs, and now and then bytes of any kind. */
export function bodyText(seed: number, length: number): Buffer {
  const { below, pick } = randomOf(seed)
  const words = [
    'service.name',
    'checkout',
    '"traceId":',
    'GET /orders/',
    'http.request.method',
    '\n',
    ' ',
    'ü',
    '日本',
  ]
  const parts: Buffer[] = []
  for (let made = 0; made < length; ) {
    const kind = below(12)
    const part =
      kind === 0
        ? Buffer.from(Array.from({ length: below(20) }, () => below(256)))
        : kind === 1
          ? Buffer.alloc(below(300), pick(['a', '0', '\0']))
          : Buffer.from(kind < 4 ? String(below(100_000)) : pick(words))
    parts.push(part)
    made += part.length
  }
  return Buffer.concat(parts).subarray(0, length)
}
