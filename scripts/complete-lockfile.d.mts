type Lockfile = {
  packages: Record<string, { version?: string; optionalDependencies?: Record<string, string>; dev?: boolean }>
}
export function missingEntries(lockfile: Lockfile): Record<string, object>
export function completed(lockfile: Lockfile): Lockfile
