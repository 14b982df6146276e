import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pages } from './docs/pages.ts'

/** `npm run docs`: writes the generated pages. `tidy` says when that was forgotten. */
for (const [path, render] of Object.entries(pages)) {
  const full = join(import.meta.dirname, '..', path)
  mkdirSync(dirname(full), { recursive: true })
  writeFileSync(full, render())
  console.log(`wrote ${path}`)
}
