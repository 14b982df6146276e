import type { DashboardPanel, DashboardPanelKind, DashboardQuestion, DashboardThreshold } from '@wakeline/protocol'
import { columnsMax } from '../check-dashboard.ts'
import { type Json, listOf, numberOf, objectOf, textOf, textsOf } from './json.ts'
import { unitOf } from './units.ts'

/** A panel of Grafana's, and sentences about what of it cannot be taken. */
export type ImportedPanel = { panel: DashboardPanel; notTaken: string[] }

const kinds = new Map<string, DashboardPanelKind>([
  ['timeseries', 'timeseries'],
  ['graph', 'timeseries'],
  ['stat', 'value'],
  ['singlestat', 'value'],
  ['gauge', 'value'],
  ['table', 'table'],
  ['table-old', 'table'],
  ['bargauge', 'bars'],
  ['barchart', 'bars'],
  ['piechart', 'bars'],
  ['text', 'text'],
  ['row', 'heading'],
])

export function importPanel(written: Json): ImportedPanel {
  const type = textOf(written['type'])
  const kind = kinds.get(type)
  if (kind === undefined) {
    const why =
      type === ''
        ? 'it has no type; a library panel is kept in Grafana alone'
        : `there are no panels of type "${type}" here`
    return standIn(written, [why])
  }
  const notTaken: string[] = []
  const repeat = textOf(written['repeat'])
  if (repeat !== '') notTaken.push(`it is repeated for each value of $${repeat}: it stands here once`)
  const base = { title: textOf(written['title']), ...described(written), kind }
  if (kind === 'heading') return { panel: { ...base, width: columnsMax, height: 1 }, notTaken }
  const size = sizeOf(written)
  if (kind === 'text') return { panel: { ...base, ...size, text: importText(written, notTaken) }, notTaken }
  const questions = questionsOf(written, notTaken)
  if (questions.length === 0) return standIn(written, [...notTaken, 'it asks nothing that can be asked here'])
  if (type === 'piechart') notTaken.push('the round shape: it is drawn as bars')
  noteRest(written, notTaken)
  const thresholds = thresholdsOf(written, notTaken)
  const panel: DashboardPanel = {
    ...base,
    ...size,
    questions,
    ...unitOfPanel(written, notTaken),
    ...(thresholds.length > 0 && { thresholds }),
    ...(isStacked(written) && { stacked: true }),
  }
  return { panel, notTaken }
}

/** What stands where a panel stood that cannot be taken: why, so that nobody looks for it. */
function standIn(written: Json, why: string[]): ImportedPanel {
  const text = `Not taken from Grafana: ${why.join('; ')}.`
  return { panel: { title: textOf(written['title']), kind: 'text', ...sizeOf(written), text }, notTaken: why }
}

const described = (written: Json) => {
  const description = textOf(written['description'])
  return description === '' ? {} : { description }
}

/** A column and a row are there what they are here; of older files, 12 columns are the whole width. */
function sizeOf(written: Json): { width: number; height: number } {
  const { w, h } = objectOf(written['gridPos'])
  const span = numberOf(written['span'])
  const width = span === undefined ? (numberOf(w) ?? 12) : span * 2
  return { width: between(1, columnsMax, width), height: between(1, 40, numberOf(h) ?? 8) }
}

const between = (low: number, high: number, value: number): number => Math.max(low, Math.min(high, Math.round(value)))

function importText(written: Json, notTaken: string[]): string {
  const options = objectOf(written['options'])
  const text = textOf(options['content']) || textOf(written['content'])
  if (!/<\w/.test(text)) return text
  const bare = text.replace(/<br\s*\/?>|<\/(?:p|div|h\d|li)>/gi, '\n').replace(/<[^>]*>/g, '')
  if (/<(?!br)\w/i.test(text)) notTaken.push('its HTML: the text is shown')
  return bare
}

/** Grafana names sources in many ways; what is no other language's is taken for Prometheus'. */
function isPrometheus(source: unknown, usual = true): boolean {
  if (source === undefined || source === null) return usual
  const type = typeof source === 'string' ? source : textOf(objectOf(source)['type'])
  return type === '' || /prometheus|mimir|thanos|victoriametrics|^\$|^-- |^datasource$|^mixed$|^default$/i.test(type)
}

function questionsOf(written: Json, notTaken: string[]): DashboardQuestion[] {
  const usual = isPrometheus(written['datasource'])
  return listOf(written['targets']).flatMap((each): DashboardQuestion[] => {
    const target = objectOf(each)
    const named = `its question ${textOf(target['refId']) || 'without a name'}`
    const ask = textOf(target['expr']).trim()
    if (!isPrometheus(target['datasource'], usual)) {
      const type = textOf(objectOf(target['datasource'] ?? written['datasource'])['type']) || 'another source'
      notTaken.push(`${named}, which asks ${type} and no Prometheus`)
      return []
    }
    if (ask === '') {
      notTaken.push(`${named}, which has no expression in PromQL`)
      return []
    }
    if (target['hide'] === true) {
      notTaken.push(`${named}, which is hidden`)
      return []
    }
    const legend = textOf(target['legendFormat'])
    return [
      {
        ask: ask.replace(/\[\[(\w+)(?::\w+)?\]\]/g, '$${$1}'),
        of: 'metrics',
        ...(legend !== '' && legend !== '__auto' && { legend }),
      },
    ]
  })
}

function unitOfPanel(written: Json, notTaken: string[]): { unit?: string } {
  const given =
    textOf(objectOf(objectOf(written['fieldConfig'])['defaults'])['unit']) ||
    textOf(written['format']) ||
    textOf(objectOf(listOf(written['yaxes'])[0])['format'])
  if (given === '') return {}
  const unit = unitOf(given)
  if (unit === undefined) notTaken.push(`its unit "${given}": the numbers are shown bare`)
  return { unit: unit ?? '' }
}

function isStacked(written: Json): boolean {
  const custom = objectOf(objectOf(objectOf(written['fieldConfig'])['defaults'])['custom'])
  const mode = textOf(objectOf(custom['stacking'])['mode'])
  return written['stack'] === true || mode === 'normal' || mode === 'percent'
}

/** What changes what is shown, and has no place here. */
function noteRest(written: Json, notTaken: string[]): void {
  const config = objectOf(written['fieldConfig'])
  const transformations = listOf(written['transformations']).map((each) => textOf(objectOf(each)['id']))
  if (transformations.length > 0) notTaken.push(`its transformations (${transformations.join(', ')})`)
  const overrides = listOf(config['overrides']).length
  if (overrides > 0) notTaken.push(`${overrides} of its fields have looks of their own`)
  if (listOf(objectOf(config['defaults'])['mappings']).length > 0) notTaken.push('texts in place of values (mappings)')
  const [calculation = ''] = textsOf(objectOf(objectOf(written['options'])['reduceOptions'])['calcs'])
  if (!/^(?:|last|lastNotNull)$/.test(calculation))
    notTaken.push(`its value is the ${calculation}: here it is the last`)
  if (textOf(written['timeFrom']) !== '' || textOf(written['timeShift']) !== '') notTaken.push('a time of its own')
  if (Object.keys(objectOf(written['alert'])).length > 0) notTaken.push('its alert: make a rule of it')
}

function thresholdsOf(written: Json, notTaken: string[]): DashboardThreshold[] {
  const defaults = objectOf(objectOf(written['fieldConfig'])['defaults'])
  const given = objectOf(defaults['thresholds'])
  const steps = listOf(given['steps']).map(objectOf)
  if (steps.length === 0) return oldThresholds(written)
  const [min, max] = [numberOf(defaults['min']), numberOf(defaults['max'])]
  const isShare = textOf(given['mode']) === 'percentage'
  if (isShare && steps.length > 1 && (min === undefined || max === undefined)) {
    notTaken.push('its thresholds, which are shares of a range that is not given')
    return []
  }
  const scale = (value: number): number => (isShare ? (min ?? 0) + (value / 100) * ((max ?? 1) - (min ?? 0)) : value)
  const made = steps.map(({ value, color }, i): DashboardThreshold => {
    const from = i === 0 && numberOf(value) === undefined ? undefined : scale(numberOf(value) ?? 0)
    return { ...(from !== undefined && { from }), is: severityOf(textOf(color)) }
  })
  // One colour for all is no threshold.
  return made.some(({ is }) => is !== made[0]?.is) ? made : []
}

/** `50,80` and three colours, as it was before Grafana 7. */
function oldThresholds(written: Json): DashboardThreshold[] {
  const bounds = textOf(written['thresholds'])
    .split(',')
    .flatMap((each) => (each.trim() === '' || Number.isNaN(Number(each)) ? [] : [Number(each)]))
  if (bounds.length === 0) return []
  const colours = textsOf(written['colors'])
  return [undefined, ...bounds].map((from, i) => ({
    ...(from !== undefined && { from }),
    is: severityOf(colours[i] ?? ['green', 'orange', 'red'][i] ?? 'red'),
  }))
}

function severityOf(colour: string): DashboardThreshold['is'] {
  if (/red|#d44a3a|#e24d42|245, 54, 54/i.test(colour)) return 'error'
  return /orange|yellow|amber|237, 129, 40/i.test(colour) ? 'warn' : 'ok'
}
