/**
 * Puts the packages of every platform into package-lock.json (`npm run lock`, after each `npm install`).
 *
 * Native packages list one optional dependency for each platform. npm leaves those it could not find at the time, or
 * pruned for another platform, out of the lockfile, and then `npm ci` refuses the whole file on every machine as out of
 * step ("Missing: ... from lock file"). Their name and version stand in the package that wants them, so their entry
 * can be made without asking anyone; only the integrity is left out, which npm allows.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const systems = ['android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32', 'aix']
const processors = ['arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64', 'wasm32']

/** Entries that are missing, by their place in the lockfile. */
export function missingEntries(lockfile) {
  const missing = {}
  for (const [place, entry] of Object.entries(lockfile.packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      const hoisted = `node_modules/${name}`
      const nested = `${place}/${hoisted}`
      if (lockfile.packages[nested] || !/^\d/.test(version)) continue
      const taken = (lockfile.packages[hoisted] ?? missing[hoisted])?.version
      const platform = platformOf(name)
      if (taken === version || platform === undefined) continue
      missing[taken === undefined ? hoisted : nested] = {
        version,
        ...platform,
        ...(entry.dev && { dev: true }),
        optional: true,
      }
    }
  }
  return missing
}

/** `@esbuild/linux-arm64`, `@oxc-parser/binding-linux-x64-musl`: what npm needs to leave it out elsewhere. */
function platformOf(name) {
  const words = name.split(/[/-]/)
  const system = systems.find((each) => words.includes(each))
  const processor = processors.find((each) => words.includes(each)) ?? (words.includes('armv7') ? 'arm' : undefined)
  if (system === undefined) return processor === 'wasm32' ? { cpu: ['wasm32'] } : undefined
  const libc = words.some((word) => word.startsWith('musl'))
    ? 'musl'
    : words.some((word) => word.startsWith('gnu'))
      ? 'glibc'
      : undefined
  return {
    ...(processor && { cpu: [processor] }),
    ...(system === 'linux' && libc && { libc: [libc] }),
    os: [system],
  }
}

export function completed(lockfile) {
  const packages = { ...lockfile.packages, ...missingEntries(lockfile) }
  const sorted = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1)))
  return { ...lockfile, packages: sorted }
}

if (import.meta.filename === process.argv[1]) {
  const path = join(import.meta.dirname, '..', 'package-lock.json')
  const lockfile = JSON.parse(readFileSync(path, 'utf8'))
  const added = Object.keys(missingEntries(lockfile))
  if (added.length > 0) writeFileSync(path, `${JSON.stringify(completed(lockfile), null, 2)}\n`)
  console.log(
    `package-lock.json: ${added.length} entries for other platforms were missing${added.length > 0 ? ', now added' : ''}`,
  )
}
