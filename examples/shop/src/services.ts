import { type ChildProcess, fork } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

/** The four processes: started, told each other's addresses, replaced without a gap, stopped. */

export type ServiceName = 'storefront' | 'checkout' | 'inventory' | 'payments'

export type Services = {
  storefrontUrl: string
  /** Blue-green: the new version listens before callers are sent to it, then the old one drains. */
  deploy(name: ServiceName, version: string, reason: string): Promise<void>
  stop(): Promise<void>
}

type Running = { child: ChildProcess; url: string }

const versions: Record<ServiceName, string> = {
  storefront: '3.2.0',
  checkout: '2.9.1',
  inventory: '1.12.0',
  payments: '1.4.2',
}
const startTimeoutMs = 30_000

export async function startServices(): Promise<Services> {
  const running = new Map<ServiceName, Running>()
  const tellAddresses = (): void => {
    const addresses = Object.fromEntries([...running].map(([name, { url }]) => [name, url]))
    for (const { child } of running.values()) if (child.connected) child.send({ addresses })
  }
  const names: ServiceName[] = ['inventory', 'payments', 'checkout', 'storefront']
  const started = await Promise.all(names.map((name) => startService(name, versions[name], '')))
  names.forEach((name, index) => {
    const one = started[index]
    if (one) running.set(name, one)
  })
  tellAddresses()
  return {
    storefrontUrl: running.get('storefront')?.url ?? '',
    deploy: async (name, version, reason) => {
      const old = running.get(name)
      running.set(name, await startService(name, version, reason))
      tellAddresses()
      if (old) await stopService(old)
    },
    stop: async () => {
      // Callers first, so that nobody calls a service that is gone.
      for (const name of ['storefront', 'checkout', 'payments', 'inventory'] as const) {
        const one = running.get(name)
        if (one) await stopService(one)
      }
    },
  }
}

function startService(name: ServiceName, version: string, reason: string): Promise<Running> {
  const isOpenTelemetry = name === 'storefront'
  const path = fileURLToPath(new URL(isOpenTelemetry ? `./${name}.cjs` : `./${name}.js`, import.meta.url))
  const child = fork(path, [], {
    // A process group of its own: Ctrl-C in a terminal reaches the shop alone, which then closes in order.
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: isOpenTelemetry
      ? ['--require', createRequire(import.meta.url).resolve('@opentelemetry/auto-instrumentations-node/register')]
      : [],
    env: {
      ...process.env,
      ...(isOpenTelemetry ? openTelemetryEnv(version) : { SHOP_VERSION: version, SHOP_REASON: reason }),
    },
  })
  return new Promise((resolve, reject) => {
    const late = setTimeout(
      () => reject(new Error(`Cannot start ${name}: it was not ready within ${startTimeoutMs} ms`)),
      startTimeoutMs,
    )
    child.once('exit', (code) => reject(new Error(`Cannot start ${name}: it ended with exit code ${code}`)))
    child.once('message', (message: { port: number }) => {
      clearTimeout(late)
      resolve({ child, url: `http://127.0.0.1:${message.port}` })
    })
  })
}

/** What anyone sets for the unmodified OpenTelemetry packages: nothing here knows of Wakeline. */
function openTelemetryEnv(version: string): Record<string, string> {
  return {
    OTEL_SERVICE_NAME: 'storefront',
    OTEL_RESOURCE_ATTRIBUTES: `service.version=${version},deployment.environment.name=demo`,
    OTEL_EXPORTER_OTLP_ENDPOINT: process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? 'http://127.0.0.1:4318',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_METRICS_EXPORTER: 'otlp',
    OTEL_LOGS_EXPORTER: 'otlp',
    OTEL_METRIC_EXPORT_INTERVAL: '10000',
    OTEL_BSP_SCHEDULE_DELAY: '1000',
    OTEL_BLRP_SCHEDULE_DELAY: '1000',
    // Files, sockets and name look-ups would be most of the spans and say nothing about a shop.
    OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'fs,net,dns',
    // Asking every cloud whether this is one of its machines takes seconds and ends in warnings.
    OTEL_NODE_RESOURCE_DETECTORS: 'env,host,os,process,serviceinstance',
    OTEL_LOG_LEVEL: 'error',
  }
}

function stopService({ child }: Running): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    const late = setTimeout(() => child.kill('SIGKILL'), 8000)
    child.once('exit', () => {
      clearTimeout(late)
      resolve()
    })
    child.kill('SIGTERM')
  })
}
