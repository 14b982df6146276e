import type { YamlInput } from '../../base/yaml-input.ts'
import type { TargetGroup } from './config.ts'

/** Reads `{ targets: [host:port, ...], labels: { name: value } }`, of a configuration or of a discovered file. */
export function readTargetGroup(input: YamlInput, node: unknown): TargetGroup {
  const given = input.mapping(node, 'a group of targets')
  // Anything: relabelling may make an address of it, as is done for probes.
  const targets = given.texts('targets')
  const labels = input.mapping(given.take('labels'), 'labels')
  const group = { targets, labels: new Map(labels.names().map((name) => [name, labels.text(name)])) }
  given.end('a group of targets')
  return group
}

/** Reads a file of groups, in JSON or YAML, which JSON is part of. */
export function readTargetFile(input: YamlInput): TargetGroup[] {
  const groups = input.list(input.root, 'a file of targets')
  return groups.map((node) => readTargetGroup(input, node))
}
