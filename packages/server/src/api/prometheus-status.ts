/** Prometheus whose API and language this is: Grafana chooses by it what to ask. */
const spokenVersion = '3.5.0'

/**
 * What Prometheus tells of itself, by path. Rules and alerts are honestly empty: none are evaluated here.
 */
export function statusOf(startedUnixMs: number): Readonly<Record<string, object>> {
  return {
    '/status/buildinfo': {
      version: spokenVersion,
      revision: 'wakeline',
      branch: '',
      buildUser: '',
      buildDate: '',
      goVersion: '',
    },
    '/status/runtimeinfo': {
      startTime: new Date(startedUnixMs).toISOString(),
      CWD: '',
      reloadConfigSuccess: true,
      lastConfigTime: new Date(startedUnixMs).toISOString(),
      corruptionCount: 0,
      storageRetention: '',
    },
    '/status/flags': { 'query.lookback-delta': '5m' },
    '/status/config': { yaml: '' },
    '/status/walreplay': { min: 0, max: 0, current: 0 },
    '/rules': { groups: [] },
    '/alerts': { alerts: [] },
    '/targets/metadata': [],
    '/alertmanagers': { activeAlertmanagers: [], droppedAlertmanagers: [] },
  }
}
