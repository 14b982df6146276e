import { createServer } from 'node:http'
import { log, start } from 'wakeline'

start({ serviceName: 'trace-context-service', logLevel: 'warn' })

const bodyMaxBytes = 1_048_576
const callsMax = 1_000

const server = createServer(async (request, response) => {
  try {
    for (const { url, arguments: given } of readCalls(await readBody(request))) {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(given ?? []),
      })
      await answer.arrayBuffer()
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  } catch (error) {
    log.warn(error, 'cannot make the calls')
    const isAsked = error instanceof CallError
    response.writeHead(isAsked ? 400 : 502, { 'content-type': 'text/plain' }).end(`${error.message}\n`)
  }
})

class CallError extends Error {}

async function readBody(request) {
  const parts = []
  let size = 0
  for await (const part of request) {
    size += part.length
    if (size > bodyMaxBytes) throw new CallError(`Cannot read the calls: the body is over ${bodyMaxBytes} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

function readCalls(body) {
  let calls
  try {
    calls = JSON.parse(body)
  } catch (error) {
    throw new CallError(`Cannot read the calls: ${error.message}`)
  }
  const isList = Array.isArray(calls) && calls.length <= callsMax && calls.every((call) => URL.canParse(call?.url))
  if (!isList) throw new CallError(`Cannot make the calls: not a list of { url, arguments }, at most ${callsMax}`)
  return calls
}

server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
  console.log(`Listening on http://127.0.0.1:${server.address().port}`)
})
