/** The protobuf wire format by hand, so that tests can also write what no library would. */

type Bytes = Uint8Array<ArrayBuffer>

export function varint(value: number | bigint): Bytes {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128)
    rest >>= 7n
  }
  return Uint8Array.of(...bytes, Number(rest))
}

export function join(...parts: readonly Uint8Array[]): Bytes {
  const joined = new Uint8Array(parts.reduce((size, part) => size + part.length, 0))
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}

/** A length-delimited part: a message, bytes, or text. */
export function delimited(number: number, content: Uint8Array | string): Bytes {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
  return join(varint((number << 3) | 2), varint(bytes.length), bytes)
}

export function varintPart(number: number, value: number | bigint): Bytes {
  return join(varint(number << 3), varint(value))
}

export function fixed64(number: number, value: bigint): Bytes {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt.asUintN(64, value), true)
  return join(varint((number << 3) | 1), bytes)
}

/** KeyValue with a string value. */
export function attribute(key: string, value: Uint8Array | string): Bytes {
  return join(delimited(1, key), delimited(2, delimited(1, value)))
}

export type SpanParts = {
  name?: Uint8Array | string
  traceId?: Uint8Array
  spanId?: Uint8Array
  startUnixNano?: bigint
  endUnixNano?: bigint
  /** Encoded parts added at the end. */
  more?: Uint8Array
}

export function span({ name = 'work', traceId, spanId, startUnixNano, endUnixNano, more }: SpanParts = {}): Bytes {
  const now = BigInt(Date.now()) * 1_000_000n
  return join(
    delimited(1, traceId ?? randomBytes(16)),
    delimited(2, spanId ?? randomBytes(8)),
    delimited(5, name),
    varintPart(6, 2),
    fixed64(7, startUnixNano ?? now),
    fixed64(8, endUnixNano ?? (startUnixNano ?? now) + 5_000_000n),
    more ?? new Uint8Array(),
  )
}

/** ExportTraceServiceRequest with one resource and scope. */
export function traces(service: string, spans: readonly Uint8Array[]): Bytes {
  const resource = delimited(1, delimited(1, attribute('service.name', service)))
  const scope = delimited(2, join(...spans.map((one) => delimited(2, one))))
  return delimited(1, join(resource, scope))
}

export function logRecord(body: Uint8Array, more: Uint8Array = new Uint8Array()): Bytes {
  return join(fixed64(1, BigInt(Date.now()) * 1_000_000n), varintPart(2, 9), delimited(5, body), more)
}

/** ExportLogsServiceRequest with one resource and scope. */
export function logs(service: string, records: readonly Uint8Array[]): Bytes {
  const resource = delimited(1, delimited(1, attribute('service.name', service)))
  const scope = delimited(2, join(...records.map((one) => delimited(2, one))))
  return delimited(1, join(resource, scope))
}

export function randomBytes(size: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(size))
}
