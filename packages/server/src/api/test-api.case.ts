import { calmStatus } from '../../../protocol/src/status.case.ts'
import { idleNotifying } from '../alert/notifier/idle-notifier.case.ts'
import type { Query } from '../query/query.ts'
import { seedEndMs } from '../query/test-world/seed.case.ts'
import type { ApiOptions, ApiParts } from './api.ts'
import { openTurns } from './turns.ts'

/** An API over what a test has stored, open to everyone on loopback, of a server with nothing to say of itself. */
export function testApi(query: Query): ApiParts & ApiOptions {
  return {
    query,
    turns: openTurns({ atOnceMax: 2, waitingMax: 100 }),
    ruleGroups: () => [],
    slos: () => ({ slos: [], errors: [] }),
    alertmanagers: () => [],
    notifying: idleNotifying(() => seedEndMs),
    version: '0',
    status: () => calmStatus,
    metricsText: () => 'wakeline_up 1\n',
    limits: () => ({ keepMetricsMs: 90 * 86_400_000, queryTimeoutMs: 30_000, querySamplesMax: 1_000_000 }),
    scrapeTargets: () => ({ active: [], dropped: [], droppedCounts: {} }),
    isReady: () => true,
    nowUnixMs: () => seedEndMs,
    report: () => {},
    host: '127.0.0.1',
    port: 0,
    token: '',
    uiDirectory: '',
    tailViewersMax: 1,
  }
}
