import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import type { Context } from 'hono'
import { sendBytes } from './send.ts'

/**
 * The built UI. A path that is no file is a page of the UI: it gets index.html and the program in it reads the path.
 * Files under assets/ carry a hash in their name and never change.
 */
const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
}

export async function serveUi(context: Context, uiDirectory: string): Promise<Response> {
  const path = context.req.path
  const type = types[extname(path)]
  if (type !== undefined && extname(path) !== '.html') {
    const file = await readUiFile(uiDirectory, path)
    if (file === undefined) return context.text('Cannot show this file: there is none of this name\n', 404)
    context.header('Cache-Control', path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache')
    return sendBytes(context, file, type)
  }
  const page = await readUiFile(uiDirectory, '/index.html')
  const html = page === undefined ? notBuilt : Buffer.from(page).toString('utf8')
  context.header('Cache-Control', 'no-cache')
  context.header('Content-Security-Policy', securityPolicy(html))
  return context.html(html, page === undefined ? 503 : 200)
}

/** Only plain names: no dot files, no `..`, nothing encoded. */
async function readUiFile(directory: string, path: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (directory === '' || !/^(\/[\w-][\w.-]*)+$/.test(path) || path.includes('..')) return undefined
  try {
    return new Uint8Array(await readFile(join(directory, path)))
  } catch (error) {
    if (
      error instanceof Error &&
      'code' in error &&
      (error.code === 'ENOENT' || error.code === 'EISDIR' || error.code === 'ENOTDIR')
    )
      return undefined
    throw error
  }
}

/**
 * Only what came from here runs or is spoken to. Scripts inside the page itself (the one that sets the theme before
 * the first paint) are named by their hash; styles are set from scripts, which needs 'unsafe-inline' for styles alone.
 */
function securityPolicy(html: string): string {
  const hashes = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(
    ([, script]) =>
      ` 'sha256-${createHash('sha256')
        .update(script ?? '')
        .digest('base64')}'`,
  )
  return [
    "default-src 'none'",
    `script-src 'self'${hashes.join('')}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
}

const notBuilt = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Wakeline: the UI is not built</title>
<style>body{font:15px/1.6 system-ui,sans-serif;max-width:42rem;margin:15vh auto;padding:0 1.5rem;color-scheme:light dark}code{font-family:ui-monospace,monospace}</style>
<h1>The server runs, its UI is not built yet</h1>
<p>Run <code>npm run build</code> in the checkout and load this page again. Telemetry is taken in and kept meanwhile,
and the API answers under <code>/api/v1</code>: try <a href="/api/v1/status"><code>/api/v1/status</code></a>.</p>
</html>
`
