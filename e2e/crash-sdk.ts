import { fork } from 'node:child_process'
import { join } from 'node:path'
import { cleanEnv, root } from './server.ts'

/** What the SDK says became of its records. */
export type SdkSent = { traces: number; logs: number; dropped: number }

/** A process that logs and traces through the SDK as it is built, and tells at the end what was acknowledged. */
export function startSdkSender(url: string): { stop(): Promise<SdkSent> } {
  const child = fork(join(root, 'e2e/fixtures/crash-sdk-program.mjs'), [], {
    env: { ...cleanEnv(), WAKELINE_ENDPOINT: url },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  return {
    stop: () =>
      new Promise((resolve, reject) => {
        child.once('message', (sent: SdkSent) => resolve(sent))
        child.once('exit', (code) => reject(new Error(`The SDK process ended with ${code} before it could tell`)))
        child.send('stop')
      }),
  }
}
