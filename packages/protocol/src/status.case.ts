import type { StatusAnswer } from './api.ts'

const nothing = { accepted: 0, rejected: 0, loaded: 0 }

/** What a server says that has had nothing to do yet. */
export const calmStatus: StatusAnswer = {
  version: '0',
  startedMs: 0,
  nowMs: 0,
  store: { driver: 'embedded', engineVersion: '', diskBytes: 1e9, diskFreeBytes: 9e9, budgetBytes: 0, kept: [] },
  ingest: {
    spans: nothing,
    logs: nothing,
    points: nothing,
    duplicatedRequests: 0,
    forgottenRequests: 0,
    redactedValues: 0,
    shed: { level: 0, sinceMs: null, logs: 0, spans: 0 },
    waitingSegments: 0,
    waitingBytes: 0,
    poisonedSegments: 0,
  },
  scraping: { targets: 0, up: 0, down: 0, samplesStored: 0, samplesLost: 0 },
  endpoints: { ui: '', otlpHttp: '', otlpGrpc: '' },
  residentBytes: 0,
}
