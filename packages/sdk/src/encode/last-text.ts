/** A text of ASCII that JSON leaves as it is, as bytes. */
export interface PlainText {
  readonly view: DataView
  readonly start: number
  readonly length: number
}

/** Longer ones are seldom the same, and are not worth being kept. */
const textMax = 256

/**
 * The last text of one key, as bytes. What a request says of itself goes into its line, its log record and its span: its characters are
 * taken out of the text once, which costs six times as much as to copy their bytes, and not at all when the text comes again.
 */
export class LastText implements PlainText {
  readonly view: DataView
  readonly start: number
  length: number
  private text: string
  private isPlain: boolean

  constructor() {
    this.view = new DataView(new ArrayBuffer(textMax))
    this.start = 0
    this.length = 0
    this.text = ''
    this.isPlain = true
  }

  /** Whether it is plain, and not too long; then its bytes are here. */
  holds(text: string): boolean {
    const { length } = text
    if (length > textMax) return false
    if (text !== this.text) {
      this.text = text
      this.length = length
      let i = 0
      while (i < length && this.take(text.charCodeAt(i), i)) i++
      this.isPlain = i === length
    }
    return this.isPlain
  }

  private take(code: number, place: number): boolean {
    this.view.setUint8(place, code)
    return code > 31 && code < 127 && code !== 34 && code !== 92
  }
}
