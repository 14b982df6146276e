import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { gunzip, inflate } from 'node:zlib'
import { Refusal } from './refusal.ts'

/** Expands what the sender may compress with. Both stop at `maxOutputLength`, so a small bomb stays small. */
const expanders = { gzip: promisify(gunzip), deflate: promisify(inflate) }

/** The whole body, expanded. Throws a Refusal; `sizeMaxBytes` bounds it before and after expanding. */
export async function readBody(request: IncomingMessage, sizeMaxBytes: number): Promise<Buffer> {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  if (encoding !== 'identity' && encoding !== 'gzip' && encoding !== 'deflate') {
    throw new Refusal(
      415,
      `Cannot read the body: its content encoding is "${encoding}"; send gzip, deflate or identity`,
    )
  }
  if (Number(request.headers['content-length'] ?? 0) > sizeMaxBytes) throw tooLarge(sizeMaxBytes)
  const sent = await collect(request, sizeMaxBytes)
  if (encoding === 'identity' || sent.length === 0) return sent
  try {
    return await expanders[encoding](sent, { maxOutputLength: sizeMaxBytes })
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge(sizeMaxBytes)
    const why = error instanceof Error ? error.message : String(error)
    throw new Refusal(400, `Cannot read the body: it is not valid ${encoding} (${why})`)
  }
}

function tooLarge(sizeMaxBytes: number): Refusal {
  return new Refusal(
    413,
    `Cannot read the body: it is larger than ${sizeMaxBytes} bytes, expanded; send smaller batches`,
  )
}

function collect(request: IncomingMessage, sizeMaxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const take = (chunk: Buffer): void => {
      size += chunk.length
      if (size <= sizeMaxBytes) chunks.push(chunk)
      else {
        // What is still to come is read and dropped when the answer is out, so that the sender can hear it.
        request.off('data', take)
        request.resume()
        reject(tooLarge(sizeMaxBytes))
      }
    }
    request.on('data', take)
    request.once('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)))
    request.once('error', reject)
    request.once('close', () => reject(new Refusal(400, 'Cannot read the body: the connection closed before its end')))
  })
}
