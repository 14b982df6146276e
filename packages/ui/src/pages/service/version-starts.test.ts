import type { ServiceInstance } from '@wakeline/protocol'
import { expect, test } from 'vitest'
import { versionStarts } from './version-starts.ts'

/** `1.4 0-60`: a version, and the seconds it was seen in. */
function instance(drawn: string): ServiceInstance {
  const [version = '', first = '', last = ''] = drawn.split(/[ -]/)
  return {
    resourceId: drawn,
    attributes: { 'service.version': version },
    firstSeenMs: Number(first) * 1000,
    lastSeenMs: Number(last) * 1000,
    requests: 1,
    errors: 0,
    errorRatio: 0,
    durationP50Nano: 1,
    durationP95Nano: 1,
    durationP99Nano: 1,
  }
}

test.each<[says: string, instances: string[], starts: string[]]>([
  ['a deploy and its roll-back', ['1.4 200-300', '1.5 100-200', '1.4 0-100'], ['1.5 at 100', '1.4 at 200']],
  ['one more instance of what runs', ['1.4 0-300', '1.4 100-300'], []],
  ['an instance that takes over at once', ['1.4 0-100', '1.4 101-300'], []],
  ['a rolling deploy', ['1.4 0-120', '1.4 0-140', '1.5 100-300', '1.5 120-300'], ['1.5 at 100']],
  ['a restart after a gap', ['1.4 0-100', '1.4 160-300'], ['1.4 at 160']],
])('starts of versions: %s', (_, instances, starts) => {
  const found = versionStarts(instances.map(instance), 50_000)
  expect(found.map(({ atMs, version }) => `${version} at ${atMs / 1000}`)).toEqual(starts)
})
