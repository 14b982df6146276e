import { spawn } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildSdk } from '../packages/sdk/build.ts'

/** A folder with the SDK built into its node_modules, for programs that use it as anyone would. */
export interface SdkFolder {
  readonly path: string
  /** Runs `node ...args` with these files in the folder. */
  run(files: Record<string, string>, args: readonly string[], env?: Record<string, string>): Promise<Ended>
  remove(): Promise<void>
}

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  readonly durationMs: number
}

export async function makeSdkFolder(): Promise<SdkFolder> {
  const path = await mkdtemp(join(tmpdir(), 'wakeline-sdk-'))
  const home = join(path, 'node_modules', 'wakeline')
  await mkdir(home, { recursive: true })
  await buildSdk(join(home, 'dist'))
  await copyFile(new URL('../packages/sdk/package.json', import.meta.url), join(home, 'package.json'))
  return {
    path,
    remove: () => rm(path, { recursive: true, force: true }),
    run: async (files, args, env = {}) => {
      for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text)
      return runNode(path, args, env)
    },
  }
}

export function runNode(cwd: string, args: readonly string[], env: Record<string, string>): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const startMs = performance.now()
    const child = spawn(process.execPath, args, { cwd, env: { PATH: process.env['PATH'] ?? '', ...env } })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (part) => {
      stdout += String(part)
      const signal = /^kill me with (SIG\w+)$/m.exec(stdout)?.[1]
      if (signal !== undefined && !child.killed) child.kill(signal as NodeJS.Signals)
    })
    child.stderr.on('data', (part) => {
      stderr += String(part)
    })
    child.on('error', reject)
    child.on('close', (code, signal) =>
      resolve({ code, signal, stdout, stderr, durationMs: performance.now() - startMs }),
    )
  })
}
