/** Names as Loki detects them, and OpenTelemetry's severity numbers of each. */
const levels: readonly [name: string, least: number, most: number][] = [
  ['unknown', 0, 0],
  ['trace', 1, 4],
  ['debug', 5, 8],
  ['info', 9, 12],
  ['warn', 13, 16],
  ['error', 17, 20],
  ['fatal', 21, 24],
]

export const levelNames = levels.map(([name]) => name)

export function severitiesOf(name: string): [least: number, most: number] {
  const [, least = 0, most = 0] = levels.find(([each]) => each === name) ?? []
  return [least, most]
}

export function levelOf(severity: number): string {
  const [name = 'unknown'] = levels.find(([, least, most]) => severity >= least && severity <= most) ?? []
  return name
}
