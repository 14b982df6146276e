import type { Context } from 'hono'
import type { z } from 'zod'

/** A body that is JSON and nothing else: what a page of another origin can send without being asked about is refused. */
export async function readJsonBody<Body>(
  context: Context,
  schema: z.ZodType<Body>,
  refuse: (why: string) => Error,
): Promise<Body> {
  const type = context.req.header('content-type') ?? ''
  if (!/^application\/json\b/i.test(type)) throw refuse('its body is JSON, with the content type application/json')
  const body: unknown = await context.req.json().catch(() => undefined)
  const read = schema.safeParse(body)
  if (read.success) return read.data
  const [issue] = read.error.issues
  const place = issue?.path.join('.') ?? ''
  throw refuse(`${place === '' ? 'the body' : place}: ${issue?.message ?? 'is not understood'}`)
}
