import { open, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Puts a text in the place of a small file: written beside it, made durable and renamed, so that it is whole whatever happens
 * meanwhile, as it was or as it is to be. When this has ended it outlives a loss of power.
 */
export async function replaceFile(
  path: string,
  text: string,
  { encoding = 'utf8', mode = 0o666 }: { encoding?: 'utf8' | 'latin1'; mode?: number } = {},
): Promise<void> {
  await writeFile(`${path}.new`, text, { encoding, mode, flush: true })
  await rename(`${path}.new`, path)
  await syncDirectory(dirname(path))
}

/** Makes names in a folder durable: files that were made, renamed or removed. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}
