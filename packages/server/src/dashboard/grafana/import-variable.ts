import type { DashboardValues, DashboardVariable } from '@wakeline/protocol'
import { type Json, listOf, objectOf, textOf, textsOf } from './json.ts'

/** A variable of Grafana's, and sentences about what of it cannot be taken. */
export type ImportedVariable = { variable?: DashboardVariable; notTaken: string[] }

const everything = new Set(['$__all', '.*', '.+', 'All'])

export function importVariable(written: Json): ImportedVariable {
  const type = textOf(written['type'])
  const name = textOf(written['name'])
  if (!/^[A-Za-z_]\w*$/.test(name)) return { notTaken: [`its name ${JSON.stringify(name)} cannot be written as $name`] }
  const notTaken: string[] = []
  const values = valuesOf(type, written, notTaken)
  if (values === undefined) return { notTaken }
  const several = written['multi'] === true || written['includeAll'] === true
  const isOwnAll = several && !['', '.*', '.+'].includes(textOf(written['allValue']))
  if (isOwnAll) notTaken.push(`its own text for all, ${JSON.stringify(written['allValue'])}: all is .* here`)
  const current = textsOf(objectOf(written['current'])['value']).filter((value) => !everything.has(value))
  const initial = values.is === 'list' ? current.filter((value) => values.list.includes(value)) : current
  const label = textOf(written['label'])
  return {
    variable: {
      name,
      ...(label !== '' && { label }),
      values,
      ...(several && { several }),
      ...(initial.length > 0 && { initial: several ? initial : initial.slice(0, 1) }),
    },
    notTaken,
  }
}

function valuesOf(type: string, written: Json, notTaken: string[]): DashboardValues | undefined {
  switch (type) {
    case 'query':
      return queryValues(written, notTaken)
    case 'custom':
      return listed(customValues(written), notTaken)
    case 'interval': {
      if (written['auto'] === true) notTaken.push('its automatic value: write $__interval where it is wanted')
      return listed(split(textOf(written['query'])), notTaken)
    }
    case 'constant':
      return listed([textOf(written['query'])], notTaken)
    case 'textbox':
      notTaken.push('the box to write in: its value is the only one of a list')
      return listed([textOf(written['query'])], notTaken)
    case 'datasource':
      notTaken.push('it chooses a data source, and everything is asked of this server')
      return undefined
    default:
      notTaken.push(`variables of type "${type}" are not known here`)
      return undefined
  }
}

function listed(list: readonly string[], notTaken: string[]): DashboardValues | undefined {
  const values = [...new Set(list)]
  if (values.length > 0) return { is: 'list', list: values }
  notTaken.push('it has no values')
  return undefined
}

/** `a, b, Label : c`, a comma in a value written `\,`; "All" among them is what `several` offers anyway. */
function customValues(written: Json): string[] {
  const given = split(textOf(written['query'])).map((each) => each.replace(/^.*?\s:\s/, ''))
  const options = listOf(written['options']).map((each) => textOf(objectOf(each)['value']))
  const values = given.length > 0 ? given : options
  const several = written['multi'] === true || written['includeAll'] === true
  return several ? values.filter((value) => !everything.has(value)) : values
}

const split = (text: string): string[] =>
  text
    .split(/(?<!\\),/)
    .map((each) => each.trim().replaceAll('\\,', ','))
    .filter((each) => each !== '')

/** Of `label_values(selector, label)`, `label_values(label)`, `metrics(pattern)`, and a selector whose label a pattern cuts out. */
function queryValues(written: Json, notTaken: string[]): DashboardValues | undefined {
  const asked = textOf(written['query']) || textOf(objectOf(written['query'])['query']) || textOf(written['definition'])
  const pattern = textOf(written['regex'])
  const query = asked.trim().replace(/\[\[(\w+)(?::\w+)?\]\]/g, '$${$1}')
  const label = /^label_values\(\s*(?:([\s\S]+),)?\s*"?([A-Za-z_][\w.]*)"?\s*\)$/.exec(query)
  const cut = /([A-Za-z_][\w.]*)\\?=\\?"\(/.exec(pattern)
  if (label === null && cut !== null && /^[\w:{]/.test(query) && !query.includes('('))
    return { is: 'label', label: (cut[1] ?? '').replaceAll('.', '_'), of: query }
  if (pattern !== '') notTaken.push(`its pattern ${pattern}: all values are offered`)
  if (label !== null) {
    const [, selector = '', labelName = ''] = label
    return { is: 'label', label: labelName, ...(selector.trim() !== '' && { of: selector.trim() }) }
  }
  const metrics = /^metrics\(\s*(.*?)\s*\)$/.exec(query)
  if (metrics !== null)
    return { is: 'label', label: '__name__', of: `{__name__=~${JSON.stringify(`.*(?:${metrics[1]}).*`)}}` }
  notTaken.push(`its query ${JSON.stringify(query)}: values are those of a label, as label_values(up, job)`)
  return undefined
}
