import type { ServiceInstance } from '@wakeline/protocol'

export type VersionStart = { atMs: number; version: string }

/**
 * Deploys and restarts in a time, the oldest first: instances that began in it while none of their version ran. One more
 * instance of a version that runs is none, nor is one that takes over from another of its version.
 *
 *   1.4   |=======|              |=======     1.5 began at a, 1.4 again at b
 *   1.4     |======|
 *   1.5             a============b
 */
export function versionStarts(instances: readonly ServiceInstance[], fromMs: number): VersionStart[] {
  const known = instances
    .map(({ attributes, firstSeenMs, lastSeenMs }) => ({ version: versionOf(attributes), firstSeenMs, lastSeenMs }))
    .sort((a, b) => a.firstSeenMs - b.firstSeenMs)
  return known
    .filter(({ version, firstSeenMs }, at) => {
      if (firstSeenMs < fromMs) return false
      const before = known.slice(0, at).filter((other) => other.version === version)
      return !before.some(({ lastSeenMs }) => lastSeenMs >= firstSeenMs - takeOverMs)
    })
    .map(({ version, firstSeenMs }) => ({ atMs: firstSeenMs, version }))
}

/** Between the last span of an instance and the first of the one that takes its place. */
const takeOverMs = 10_000

/** '' where the service does not say its version. */
export function versionOf(attributes: ServiceInstance['attributes']): string {
  const version = attributes['service.version']
  return typeof version === 'string' ? version : ''
}
