export async function runServe(_argv: readonly string[], _version: string): Promise<number> {
  return 0
}
