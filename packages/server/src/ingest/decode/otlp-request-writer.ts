import { otlp, WireWriter } from '@wakeline/protocol'

/**
 * Writes what another protocol sent as the OTLP request that says the same, so that one decoder, with its limits and
 * its rejects, serves all of them. Records of one resource that follow one another share an entry.
 */
export class OtlpRequestWriter {
  readonly out = new WireWriter(16_384)
  records = 0
  readonly #scopeName: string
  #resource: string | undefined
  #entryMark = 0
  #scopeMark = 0

  /** `scopeName` tells by which protocol the records came. */
  constructor(scopeName: string) {
    this.#scopeName = scopeName
  }

  /** Opens a record of the resource with these attributes. The numbers of spans and log records are the same. */
  begin(resource: Readonly<Record<string, unknown>>): number {
    const key = JSON.stringify(resource)
    if (key !== this.#resource) {
      this.#close()
      this.#resource = key
      this.#entryMark = this.out.begin(otlp.exportRequest.resourceLogs)
      const mark = this.out.begin(otlp.resourceLogs.resource)
      for (const [name, value] of Object.entries(resource))
        writeAttribute(this.out, otlp.resource.attributes, name, value)
      this.out.end(mark)
      this.#scopeMark = this.out.begin(otlp.resourceLogs.scopeLogs)
      const scope = this.out.begin(otlp.scopeLogs.scope)
      this.out.textEntry(otlp.instrumentationScope.name, this.#scopeName)
      this.out.end(scope)
    }
    return this.out.begin(otlp.scopeLogs.logRecords)
  }

  end(mark: number): void {
    this.out.end(mark)
    this.records += 1
  }

  take(): Uint8Array {
    this.#close()
    return this.out.take()
  }

  #close(): void {
    if (this.#resource === undefined) return
    this.out.end(this.#scopeMark)
    this.out.end(this.#entryMark)
    this.#resource = undefined
  }
}

/** Values nested deeper become text, as JSON: the decoder would refuse the whole record for them. */
const depthMax = 16

export function writeAttribute(out: WireWriter, number: number, key: string, value: unknown): void {
  const mark = out.begin(number)
  out.textEntry(otlp.keyValue.key, key)
  writeValue(out, otlp.keyValue.value, value)
  out.end(mark)
}

/** Any value of JSON, as an AnyValue under `number`. Whole numbers are ints, all others doubles. */
export function writeValue(out: WireWriter, number: number, value: unknown, depth = 0): void {
  const mark = out.begin(number)
  if (typeof value === 'string') out.textEntry(otlp.anyValue.stringValue, value)
  else if (typeof value === 'number') writeNumber(out, value)
  else if (typeof value === 'bigint') out.varintEntry(otlp.anyValue.intValue, value)
  else if (typeof value === 'boolean') out.varintEntry(otlp.anyValue.boolValue, value ? 1 : 0)
  else if (typeof value === 'object' && value !== null) writeNested(out, value, depth)
  out.end(mark)
}

function writeNested(out: WireWriter, value: object, depth: number): void {
  if (depth === depthMax) {
    out.textEntry(otlp.anyValue.stringValue, JSON.stringify(value, bigintAsText))
    return
  }
  if (Array.isArray(value)) {
    const mark = out.begin(otlp.anyValue.arrayValue)
    for (const item of value) writeValue(out, otlp.arrayValue.values, item, depth + 1)
    out.end(mark)
    return
  }
  const mark = out.begin(otlp.anyValue.kvlistValue)
  for (const [key, item] of Object.entries(value)) {
    const pair = out.begin(otlp.keyValueList.values)
    out.textEntry(otlp.keyValue.key, key)
    writeValue(out, otlp.keyValue.value, item, depth + 1)
    out.end(pair)
  }
  out.end(mark)
}

function bigintAsText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}

function writeNumber(out: WireWriter, value: number): void {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) out.varintEntry(otlp.anyValue.intValue, value)
  else out.doubleEntry(otlp.anyValue.doubleValue, value)
}

/** A time that is not known is left out: the decoder puts the arrival in its place. */
export function writeTime(out: WireWriter, number: number, unixNano: bigint | undefined): void {
  if (unixNano !== undefined) out.fixed64Entry(number, unixNano)
}

export function writeHex(out: WireWriter, number: number, hex: string): void {
  if (hex !== '') out.bytesEntry(number, Buffer.from(hex, 'hex'))
}
