import { rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { join } from 'node:path'

/**
 * How commands on the same machine ask the running server for what no page may ask: a socket in the data directory, so that
 * the right to the directory is the right to ask. Each command is a path, its words a JSON body.
 */
export type ControlCommands = Readonly<Record<string, (words: Readonly<Record<string, string>>) => Promise<object>>>
export type Control = { stop(): Promise<void> }

const bodySizeMaxBytes = 64 * 1024
const socketPath = (directory: string): string => join(directory, 'control.sock')

/** The engine's lock on the directory is held by then, so a socket that is there belongs to nobody. */
export async function startControl(directory: string, commands: ControlCommands): Promise<Control> {
  const path = socketPath(directory)
  await rm(path, { force: true })
  const server = createServer((incoming, response) => void answer(incoming, response, commands))
  const masked = process.umask(0o077)
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(path, resolve)
    })
  } finally {
    process.umask(masked)
  }
  return {
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function answer(incoming: IncomingMessage, response: ServerResponse, commands: ControlCommands): Promise<void> {
  const command = commands[(incoming.url ?? '').slice(1)]
  try {
    const words = await readWords(incoming)
    if (command === undefined) throw new Error(`Cannot ${incoming.url}: there is no such command`)
    send(response, 200, await command(words))
  } catch (error) {
    send(response, 500, { error: error instanceof Error ? error.message : String(error) })
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

async function readWords(incoming: IncomingMessage): Promise<Readonly<Record<string, string>>> {
  let text = ''
  for await (const chunk of incoming) {
    text += chunk
    if (text.length > bodySizeMaxBytes) throw new Error(`Cannot read the command: it is over ${bodySizeMaxBytes} bytes`)
  }
  return JSON.parse(text)
}

/** What the running server answers; undefined when none runs on the directory. Throws the sentence it refuses with. */
export function askControl<Answer>(
  directory: string,
  command: string,
  words: Readonly<Record<string, string>>,
): Promise<Answer | undefined> {
  return new Promise((resolve, reject) => {
    const asking = request({ socketPath: socketPath(directory), path: `/${command}`, method: 'POST' }, (response) => {
      let text = ''
      response.on('data', (chunk) => (text += chunk))
      response.on('error', reject)
      response.on('end', () => {
        const body: Answer & { error?: string } = JSON.parse(text)
        if (response.statusCode === 200) resolve(body)
        else reject(new Error(body.error ?? `Cannot ${command}: the server answered ${response.statusCode}`))
      })
    })
    asking.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') resolve(undefined)
      else reject(error)
    })
    asking.end(JSON.stringify(words))
  })
}
