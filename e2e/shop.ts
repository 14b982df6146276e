import { fork } from 'node:child_process'
import { join } from 'node:path'
import type { ServicesAnswer } from '@wakeline/protocol'
import { cleanEnv, eventually, lastMinutes, type RunningServer, root } from './server.ts'

export const shopServices = ['storefront', 'checkout', 'inventory', 'payments']

export type RunningShop = { stop: () => Promise<void> }

/** Opens the demo shop against a server and waits until all four services are seen. */
export async function startShop(server: RunningServer, env: Record<string, string> = {}): Promise<RunningShop> {
  const child = fork(join(root, 'examples/shop/dist/main.js'), [], {
    env: { ...cleanEnv(), OTEL_EXPORTER_OTLP_ENDPOINT: server.otlpHttp, ...env },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await exited
  }
  const answer = await eventually(
    () => server.ask<ServicesAnswer>(`/services?${lastMinutes()}`),
    ({ services }) =>
      shopServices.every((name) => services.some(({ service, requests }) => service === name && requests > 0)),
    60_000,
  )
  const seen = answer.services.map(({ service }) => service)
  const missing = shopServices.filter((name) => !seen.includes(name))
  if (missing.length > 0) {
    await stop()
    throw new Error(`The shop's ${missing.join(', ')} did not appear; seen were ${seen.join(', ') || 'none'}`)
  }
  return { stop }
}
