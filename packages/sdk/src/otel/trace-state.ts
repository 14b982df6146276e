/** `tracestate` in the shape of `@opentelemetry/api`: a list of members, the newest first. */
export class TraceStateText {
  private readonly text: string

  constructor(text: string) {
    this.text = text
  }

  private members(): [string, string][] {
    if (this.text === '') return []
    return this.text.split(',').map((member) => {
      const at = member.indexOf('=')
      return [member.slice(0, at), member.slice(at + 1)]
    })
  }

  get(key: string): string | undefined {
    return this.members().find(([name]) => name === key)?.[1]
  }

  set(key: string, value: string): TraceStateText {
    const rest = this.members().filter(([name]) => name !== key)
    return new TraceStateText([[key, value], ...rest].map((member) => member.join('=')).join(','))
  }

  unset(key: string): TraceStateText {
    const rest = this.members().filter(([name]) => name !== key)
    return new TraceStateText(rest.map((member) => member.join('=')).join(','))
  }

  serialize(): string {
    return this.text
  }
}
