/**
 * Who may import whom. The first segment that matches decides; what is not named here may be imported by nobody
 * outside of its own part. Tests may import anything: they stand where users stand.
 */
export type Part = {
  name: string
  /** Folder or file, from the root of the repository. */
  path: string
  mayImport: readonly string[]
  /** Modules of Node itself, and of npm. Parts without I/O use neither. */
  outside: 'anything' | 'no-node' | 'nothing'
}

const server = (name: string, mayImport: string[], path = `packages/server/src/${name}/`): Part => ({
  name,
  path,
  mayImport: ['protocol', 'analysis', ...mayImport],
  outside: 'anything',
})

const ui = (name: string, mayImport: string[], path = `packages/ui/src/${name}/`): Part => ({
  name: `ui ${name}`,
  path,
  mayImport: ['protocol', 'analysis', ...mayImport.map((part) => `ui ${part}`)],
  outside: 'no-node',
})

export const parts: readonly Part[] = [
  { name: 'protocol', path: 'packages/protocol/src/', mayImport: [], outside: 'nothing' },
  { name: 'analysis', path: 'packages/analysis/src/', mayImport: ['protocol'], outside: 'nothing' },
  { name: 'sdk', path: 'packages/sdk/src/', mayImport: ['protocol', 'analysis'], outside: 'anything' },

  server('base', []),
  server('text', []),
  server('mcp', ['text']),
  server('store', ['base']),
  server('query', ['store', 'base']),
  server('alert', ['query', 'base']),
  server('dashboard', ['query', 'base']),
  server('ingest', ['store', 'base']),
  server('api', ['mcp', 'alert', 'dashboard', 'query', 'store', 'base']),
  server('options', ['base'], 'packages/server/src/options.ts'),
  server(
    'main',
    ['options', 'api', 'alert', 'dashboard', 'ingest', 'query', 'store', 'base'],
    'packages/server/src/main',
  ),
  server('cli', ['main', 'dashboard', 'mcp', 'options', 'text', 'base']),
  server('command', ['cli', 'options'], 'packages/server/src/cli.ts'),

  ui('theme', []),
  // The time picker is made of parts, and some parts print times; that no two files need one another is checked apart.
  ui('time', ['parts', 'theme']),
  ui('parts', ['time', 'theme']),
  ui('chart', ['parts', 'time', 'theme']),
  ui('api', ['time', 'parts']),
  ui('shell', ['api', 'chart', 'parts', 'theme', 'time']),
  ...[
    'services',
    'service',
    'traces',
    'trace',
    'logs',
    'errors',
    'metrics',
    'dashboards',
    'dashboard',
    'query',
    'alerts',
    'rule',
    'slos',
    'system',
  ].map((page) =>
    ui(`page ${page}`, ['api', 'chart', 'parts', 'shell', 'theme', 'time'], `packages/ui/src/pages/${page}/`),
  ),
]

/**
 * The only files of a part that others may see. `ingest` and `query` meet in the store's Writer and Reader; which
 * driver stands behind them is known to `main` alone.
 */
export const doors: Readonly<Record<string, readonly string[]>> = {
  store: ['store.ts', 'tables.ts'],
}
export const mayPassEveryDoor: readonly string[] = ['main']
