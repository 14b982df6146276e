import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readOptions } from './read-options.ts'

const folder = mkdtempSync(join(tmpdir(), 'wakeline-options-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function config(text: string): string {
  const path = join(folder, `${Math.floor(performance.now() * 1000)}.yaml`)
  writeFileSync(path, text)
  return path
}

function read(argv: string[], env: Record<string, string> = {}): unknown {
  const answer = readOptions({ argv, env })
  return 'errors' in answer ? answer.errors.map((error) => error.replaceAll(/\/\S*\.yaml/g, 'FILE')) : answer.options
}

test('flags win over variables, those over the file, and that over the defaults', () => {
  const path = config('ui-port: 1\notlp-http-port: 2\nhost: localhost\n')
  const options = read(['--config', path, '--ui-port=3'], { WAKELINE_UI_PORT: '4', WAKELINE_OTLP_HTTP_PORT: '5' })
  expect(options).toMatchObject({ uiPort: 3, otlpHttpPort: 5, host: 'localhost', directory: '.wakeline' })
})

test.each<[string, string[], Record<string, string>, string[]]>([
  [
    'an unknown flag',
    ['--ui-prot', '1'],
    {},
    ['Cannot read --ui-prot: there is no such flag; did you mean --ui-port?'],
  ],
  ['a flag without a value', ['--host'], {}, ['Cannot read --host: no value follows it.']],
  [
    'a bare word',
    ['9253'],
    {},
    ['Cannot read the argument "9253": flags are written --name value; see "wakeline help serve".'],
  ],
  [
    'a wrong variable',
    [],
    { WAKELINE_UI_PORT: 'x' },
    ['Cannot read WAKELINE_UI_PORT: "x" is not a port from 0 to 65535.'],
  ],
  [
    'another address without a token',
    ['--host', '0.0.0.0'],
    {},
    [
      'Cannot listen on 0.0.0.0 without a token: anyone who reaches this machine could read and write your telemetry; set WAKELINE_TOKEN (or --token-file), or leave --host at 127.0.0.1.',
    ],
  ],
])('%s is refused in one sentence', (_what, argv, env, errors) => {
  expect(read(argv, env)).toEqual(errors)
})

test('every mistake in the file is said with its line', () => {
  const path = config('# mine\nui-port: [1]\nhots: x\ntoken: 5\n')
  expect(read(['--config', path])).toEqual([
    'Cannot read FILE:3: there is no option "hots"; did you mean host?',
    'Cannot read ui-port in FILE:2: a list is not a port from 0 to 65535.',
    'Cannot read token in FILE:4: what is given is not a text.',
  ])
})

test('YAML that cannot be read is said with its line', () => {
  expect(read(['--config', config('host: "x\n')])).toEqual([expect.stringMatching(/^Cannot read FILE:\d: /)])
})

test('the token comes from the first line of its file', () => {
  writeFileSync(join(folder, 'token'), 'secret\nmore\n')
  expect(read(['--token-file', join(folder, 'token'), '--host', '0.0.0.0'])).toMatchObject({ token: 'secret' })
})

test('a variable that is nearly ours is warned about, one of the SDK is not', () => {
  const answer = readOptions({ argv: [], env: { WAKELINE_UI_PROT: '1', WAKELINE_ENDPOINT: 'x' } })
  expect(answer).toMatchObject({
    warnings: ['WAKELINE_UI_PROT is not a variable of the server: did you mean WAKELINE_UI_PORT?'],
  })
})

test('a file that has scrape_configs is what is scraped, unless another is named', () => {
  const path = config('ui-port: 1\nglobal: { scrape_interval: 5s }\nscrape_configs: []\n')
  expect(read(['--config', path])).toMatchObject({ uiPort: 1, scrapeConfig: path })
  expect(read(['--config', path, '--scrape-config', 'other.yml'])).toMatchObject({ scrapeConfig: 'other.yml' })
})
