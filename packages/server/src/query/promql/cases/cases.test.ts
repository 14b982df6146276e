import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { defaultEvaluateOptions } from '../evaluate/options.ts'
import { defaultParseOptions } from '../parse/options.ts'
import { readScript } from '../script/read-script.ts'
import { runScript } from '../script/run-script.ts'

const scripts: readonly { name: string; delayedNameRemoval: boolean }[] = [
  { name: 'aggregations', delayedNameRemoval: true },
  { name: 'extended', delayedNameRemoval: true },
  { name: 'histograms', delayedNameRemoval: true },
  { name: 'labels', delayedNameRemoval: true },
  { name: 'names-at-once', delayedNameRemoval: false },
  { name: 'operators', delayedNameRemoval: true },
  { name: 'ranges', delayedNameRemoval: true },
  { name: 'selectors', delayedNameRemoval: true },
]

describe('a script in the test language', () => {
  test.each(scripts)('$name holds', async ({ name, delayedNameRemoval }) => {
    const commands = readScript(readFileSync(join(import.meta.dirname, `${name}.test`), 'utf8'))
    if ('error' in commands) throw new Error(`${name}.test:${commands.line}: ${commands.error}`)
    const evaluate = { ...defaultEvaluateOptions, delayedNameRemoval }
    const results = await runScript(commands, {
      parse: defaultParseOptions,
      evaluate,
      histogramStarts: true,
      homes: [],
    })
    const problems = results.filter(({ problem }) => problem !== '')
    expect(problems.map(({ line, query, problem }) => `${name}.test:${line} ${query}: ${problem}`)).toEqual([])
    expect(results.length).toBeGreaterThan(5)
  })
})
