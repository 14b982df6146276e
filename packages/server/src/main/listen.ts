import { flagName, type Options, variableName } from '../options.ts'

/** A port that cannot be had is said with the option that changes it. */
export async function listen<Door>(
  options: Options,
  name: 'uiPort' | 'otlpHttpPort' | 'otlpGrpcPort',
  start: (port: number) => Promise<Door>,
): Promise<Door> {
  const port = options[name]
  try {
    return await start(port)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : ''
    const where = `Cannot listen on ${options.host}:${port}: `
    const change = `--${flagName(name)} (or ${variableName(name)})`
    const reasons: Record<string, string> = {
      EADDRINUSE: `the port is taken; stop what uses it, or choose another with ${change}`,
      EACCES: `this user may not use the port; choose one above 1023 with ${change}`,
      EADDRNOTAVAIL: 'this machine has no such address; choose another with --host (or WAKELINE_HOST)',
      ENOTFOUND: 'there is no such host; choose another with --host (or WAKELINE_HOST)',
    }
    const reason = reasons[String(code)]
    throw reason === undefined ? error : new Error(where + reason, { cause: error })
  }
}
