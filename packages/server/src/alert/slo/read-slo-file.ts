import type { AlertWindows } from '@wakeline/analysis'
import { type Mapping, YamlInput } from '../../base/yaml-input.ts'
import { readOpenSlo } from './read-open-slo.ts'
import { readSlothSpec } from './read-sloth-spec.ts'
import type { Slo } from './slo.ts'

export type SloFile = { readonly slos: readonly Slo[] }

export type SloFileOptions = {
  /** Of SLOs that give no period. */
  readonly periodMs: number
  /** Undefined where a period has no windows. */
  readonly windowsOf: (periodMs: number) => AlertWindows | undefined
}

/** What the readers of all formats share. */
export type SloReading = SloFileOptions & { readonly input: YamlInput; readonly path: string }

const fileMaxLength = 8 * 1024 * 1024
const formats = 'version: prometheus/v1 (sloth), version: wakeline/v1, or apiVersion: openslo/v1'

/**
 * Reads a file of SLOs: sloth's, ours, OpenSLO's; several with `---` between. Either all of it is right, or every mistake is told with its file, line and
 * column, and what to do.
 */
export function readSloFile(
  path: string,
  text: string,
  options: SloFileOptions,
): SloFile | { readonly errors: readonly string[] } {
  if (text.length > fileMaxLength)
    return { errors: [`Cannot read ${path}: it is longer than ${fileMaxLength} characters.`] }
  const documents = documentsOf(text).map((document) => new YamlInput(path, document, { withColumns: true }))
  const given = documents.flatMap((input) =>
    input.root === undefined ? [] : [input.mapping(input.root, 'a file of SLOs')],
  )
  const isOpenSlo = (each: Mapping): boolean => each.text('apiVersion').startsWith('openslo/')
  const slos = given
    .filter((each) => !isOpenSlo(each))
    .flatMap((each) => readOne(each, { ...options, input: each.input, path }))
  slos.push(...readOpenSlo(given.filter(isOpenSlo), { ...options, path }))
  const errors = documents.flatMap((input) => input.errors)
  if (given.length === 0 && errors.length === 0)
    errors.push(`Cannot read ${path}: there is nothing in it; begin with ${formats}.`)
  const seen = new Set<string>()
  for (const { id, line } of slos) {
    if (seen.has(id))
      errors.push(`Cannot read ${path}:${line}: the SLO "${id}" is there twice; give each its own name.`)
    seen.add(id)
  }
  return errors.length > 0 ? { errors } : { slos }
}

function readOne(given: Mapping, reading: SloReading): readonly Slo[] {
  const version = given.text('version')
  if (version === 'prometheus/v1' || version === 'wakeline/v1') return readSlothSpec(given, { ...reading, version })
  const [apiVersion, kind] = [given.text('apiVersion'), given.text('kind')]
  if (apiVersion === 'sloth.slok.dev/v1' && kind === 'PrometheusServiceLevel')
    return readSlothSpec(given, { ...reading, version: apiVersion })
  const found =
    version !== ''
      ? `version is "${version}"`
      : apiVersion !== ''
        ? `apiVersion is "${apiVersion}"`
        : 'it says no version'
  given.input.wrong(given.take('version') ?? given.take('apiVersion') ?? given.node, `${found}; begin with ${formats}`)
  return []
}

/** Each with the lines before it left empty, so that places are those of the file. */
function documentsOf(text: string): readonly string[] {
  const documents: string[] = []
  let [lines, before]: [string[], number] = [[], 0]
  const end = (): void => {
    if (lines.some((line) => /^\s*[^\s#]/.test(line))) documents.push('\n'.repeat(before) + lines.join('\n'))
  }
  text.split('\n').forEach((line, i) => {
    if (!/^---(\s|$)/.test(line)) {
      lines.push(line)
      return
    }
    end()
    lines = [`   ${line.slice(3)}`]
    before = i
  })
  end()
  return documents
}
