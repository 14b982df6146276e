/**
 * The first of these packages that the program can load, seen from its main file and the working directory. A look into
 * the folders Node would look in: its resolver takes milliseconds to say that there is nothing.
 */
export function firstInstalled(names: readonly string[]): string | undefined {
  const { existsSync } = process.getBuiltinModule('node:fs')
  const { dirname, join } = process.getBuiltinModule('node:path')
  const starts = [process.argv[1] === undefined ? '.' : dirname(process.argv[1]), process.cwd()]
  for (const start of starts) {
    for (let folder = start; ; folder = dirname(folder)) {
      const found = existsSync(join(folder, 'node_modules'))
        ? names.find((name) => existsSync(join(folder, 'node_modules', name, 'package.json')))
        : undefined
      if (found !== undefined) return found
      if (folder === dirname(folder)) break
    }
  }
  return undefined
}
