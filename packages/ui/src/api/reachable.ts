/** An address of the server as it is reached from here: where it listens on every address, by the name this page has it under. */
export function reachable(url: string, hostname: string): string {
  return url.replace(/^(http:\/\/)(?:0\.0\.0\.0|\[::\])(?=:|$)/, (_, scheme: string) => scheme + hostname)
}
