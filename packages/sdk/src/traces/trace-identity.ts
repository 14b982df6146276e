import { hexOfWord, wordOfHex } from '../hex.ts'

/** What all spans of one trace in this process share. Numbers; the hex text is made when somebody asks. */
export class TraceIdentity {
  readonly a: number
  readonly b: number
  readonly c: number
  readonly d: number
  /** Whether the id was made at random (flag 2 of `traceparent`). */
  random = false
  /** The `tracestate` that came with the caller, sent on unchanged. */
  state: string | undefined = undefined
  private text: string | undefined = undefined

  constructor(a: number, b: number, c: number, d: number) {
    this.a = a
    this.b = b
    this.c = c
    this.d = d
  }

  static ofHex(hex: string): TraceIdentity {
    return new TraceIdentity(wordOfHex(hex, 0), wordOfHex(hex, 8), wordOfHex(hex, 16), wordOfHex(hex, 24))
  }

  hex(): string {
    this.text ??= hexOfWord(this.a) + hexOfWord(this.b) + hexOfWord(this.c) + hexOfWord(this.d)
    return this.text
  }
}
