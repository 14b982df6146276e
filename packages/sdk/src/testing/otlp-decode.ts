import { otlp } from '@wakeline/protocol'

/** A small reader of OTLP for tests: written apart from the encoder, so that a mistake in one is not hidden by the other. */
export interface Decoded {
  readonly number: number
  readonly value: number | bigint | Buffer
}

function decodeMessage(bytes: Buffer): Decoded[] {
  const entries: Decoded[] = []
  let at = 0
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++]
      if (byte === undefined) throw new Error(`truncated varint at ${at}`)
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return value
    }
  }
  const cut = (length: number): Buffer => {
    if (at + length > bytes.length) throw new Error(`length ${length} runs over the end at ${at}`)
    at += length
    return bytes.subarray(at - length, at)
  }
  while (at < bytes.length) {
    const key = Number(varint())
    const type = key & 7
    let value: Decoded['value']
    if (type === 0) value = varint()
    else if (type === 1) value = cut(8)
    else if (type === 5) value = cut(4)
    else if (type === 2) value = cut(Number(varint()))
    else throw new Error(`wire type ${type} at ${at}`)
    entries.push({ number: key >>> 3, value })
  }
  return entries
}

export class Message {
  private readonly entries: Decoded[]

  constructor(bytes: Buffer) {
    this.entries = decodeMessage(bytes)
  }

  all(number: number): Buffer[] {
    return this.entries.filter((entry) => entry.number === number).map((entry) => entry.value as Buffer)
  }

  messages(number: number): Message[] {
    return this.all(number).map((bytes) => new Message(bytes))
  }

  bytes(number: number): Buffer | undefined {
    return this.all(number)[0]
  }

  text(number: number): string {
    return this.bytes(number)?.toString('utf8') ?? ''
  }

  hex(number: number): string {
    return this.bytes(number)?.toString('hex') ?? ''
  }

  int(number: number): number {
    const value = this.entries.find((entry) => entry.number === number)?.value
    return value === undefined ? 0 : Number(BigInt.asIntN(64, value as bigint))
  }

  fixed64(number: number): bigint {
    return this.bytes(number)?.readBigUInt64LE() ?? 0n
  }

  fixed32(number: number): number {
    return this.bytes(number)?.readUInt32LE() ?? 0
  }

  double(number: number): number | undefined {
    return this.bytes(number)?.readDoubleLE()
  }

  attributes(number: number): Record<string, unknown> {
    return Object.fromEntries(
      this.messages(number).map((entry) => [
        entry.text(otlp.keyValue.key),
        anyValue(new Message(entry.bytes(otlp.keyValue.value) ?? Buffer.alloc(0))),
      ]),
    )
  }

  first(): Decoded | undefined {
    return this.entries[0]
  }
}

export function anyValue(message: Message): unknown {
  const found = message.first()
  if (found === undefined) return null
  switch (found.number) {
    case otlp.anyValue.stringValue:
      return (found.value as Buffer).toString('utf8')
    case otlp.anyValue.boolValue:
      return found.value === 1n
    case otlp.anyValue.intValue:
      return message.int(otlp.anyValue.intValue)
    case otlp.anyValue.doubleValue:
      return message.double(otlp.anyValue.doubleValue)
    case otlp.anyValue.arrayValue:
      return new Message(found.value as Buffer).messages(otlp.arrayValue.values).map(anyValue)
    case otlp.anyValue.kvlistValue:
      return new Message(found.value as Buffer).attributes(otlp.keyValueList.values)
    default:
      return found.value
  }
}
