/** The server's own lines: one JSON object each on stderr, so that whoever runs it can read them by machine. */
export type OwnLevel = 'info' | 'warn' | 'error'
export type OwnLog = (level: OwnLevel, message: string, attributes?: Readonly<Record<string, unknown>>) => void

export function openOwnLog(write: (line: string) => void): OwnLog {
  return (level, message, attributes = {}) =>
    write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...attributes })}\n`)
}
