import type { DashboardQuestion, PromqlAnswer, TableAnswer } from '@wakeline/protocol'
import { graphOf, printSeries } from '../../shell/promql-series.ts'
import { nameColour, severityColours } from '../../theme/colours.ts'
import type { Steps } from './choices.ts'

/** One figure of a panel, over time where it was asked over time. */
export type Figure = {
  name: string
  labels: Readonly<Record<string, string>>
  /** In step with `times` of the panel; empty of what was asked at one moment. */
  values: readonly (number | null)[]
  last: number | undefined
  colour: string
  /** Which of the panel's questions it answers. */
  question: number
}
export type Figures = {
  times: readonly number[]
  stepMs: number
  figures: Figure[]
  unit: string
  /** What the server said beside the answer, and what is not shown. */
  notes: string[]
}

/** An answer, with the question it answers. */
export type Answered = { question: DashboardQuestion } & (
  | { is: 'promql'; answer: PromqlAnswer }
  | { is: 'table'; answer: TableAnswer }
)

/** The answers of a panel's questions together. Those over time must have the same steps. */
export function figuresOf(answered: readonly Answered[], steps: Steps, title: string): Figures {
  const all = answered.map((each, i) => oneOf(each, i, { steps, title: answered.length === 1 ? title : '' }))
  const first = all.find(({ times }) => times.length > 0)
  const fits = ({ times, stepMs }: Figures) =>
    times.length === 0 || (stepMs === first?.stepMs && times[0] === first.times[0])
  const notes = all.flatMap((each) => each.notes)
  if (!all.every(fits))
    notes.push('Metrics and searches are not drawn together, because their steps differ: use a panel for each.')
  return {
    times: first?.times ?? [],
    stepMs: first?.stepMs ?? steps.stepMs,
    figures: all.filter(fits).flatMap(({ figures }) => figures),
    unit: all.find(({ unit }) => unit !== '')?.unit ?? '',
    notes: [...new Set(notes)],
  }
}

type Naming = { steps: Steps; title: string }

function oneOf(answered: Answered, at: number, { steps, title }: Naming): Figures {
  const { question } = answered
  return answered.is === 'promql'
    ? ofPromql(answered.answer, { at, steps, title, legend: question.legend ?? '' })
    : ofTable(answered.answer, { at, title, legend: question.legend ?? '' })
}

type About = { at: number; title: string; legend: string }

function ofPromql({ data, warnings = [] }: PromqlAnswer, about: About & { steps: Steps }): Figures {
  const { at, steps } = about
  const unit = data.stats?.explain?.unit ?? ''
  const none = { times: [], stepMs: steps.stepMs, unit, notes: warnings }
  if (data.resultType === 'matrix') {
    const graph = graphOf(data.result, steps)
    const named = graph.series.map(({ name, labels, values, last, colour }) => {
      return { name: nameOf(labels, name, about), labels, values, last, colour, question: at }
    })
    const notes =
      graph.histograms > 0 ? [...warnings, `${graph.histograms} are histograms, which are not drawn.`] : warnings
    return { times: graph.times, stepMs: steps.stepMs, unit, notes, figures: steady(named) }
  }
  if (data.resultType !== 'vector') {
    const value = Number(data.result[1])
    return {
      ...none,
      figures: [
        { name: about.title, labels: {}, values: [], last: value, colour: nameColour(about.title), question: at },
      ],
    }
  }
  const figures = data.result.map(({ metric, value }) => {
    const name = nameOf(metric, printSeries(metric), about)
    return { name, labels: metric, values: [], last: value && Number(value[1]), colour: nameColour(name), question: at }
  })
  return { ...none, figures }
}

/** Colours follow the name that is read: the same service has the same in each panel. */
const steady = (figures: Figure[]): Figure[] => figures.map((each) => ({ ...each, colour: nameColour(each.name) }))

function ofTable(answer: TableAnswer, about: About): Figures {
  if (answer.is === 'series') {
    const isOne = new Set(answer.series.map(({ figure }) => figure)).size === 1
    const figures = answer.series.map(({ labels, figure, values }): Figure => {
      const texts = Object.values(labels).map((text) => text || '(none)')
      const usual = [...texts, ...(isOne && texts.length > 0 ? [] : [figure])].join(' ')
      const name = about.legend === '' ? usual : fillLegend(about.legend, labels)
      return { name, labels, values, last: lastOf(values), colour: colourOf(texts, name), question: about.at }
    })
    const hidden = answer.seriesTotal - answer.series.length
    const notes = hidden > 0 ? [`${answer.series.length} of ${answer.seriesTotal} series are shown.`] : []
    return { times: answer.times, stepMs: answer.stepMs, unit: answer.series[0]?.unit ?? '', notes, figures }
  }
  const columns = answer.columns
  const figureAt = columns.findIndex(({ is }) => is === 'figure')
  const figures = answer.rows.map((row): Figure => {
    const labels = Object.fromEntries(
      columns.flatMap(({ name, is }, i) => (is === 'key' ? [[name, String(row[i] ?? '')]] : [])),
    )
    const texts = Object.values(labels).map((text) => text || '(none)')
    const usual = texts.join(' ') || (columns[figureAt]?.name ?? about.title)
    const name = about.legend === '' ? usual : fillLegend(about.legend, labels)
    const value = row[figureAt]
    return {
      name,
      labels,
      values: [],
      last: typeof value === 'number' ? value : undefined,
      colour: colourOf(texts, name),
      question: about.at,
    }
  })
  const hidden = answer.rowsTotal - answer.rows.length
  const notes = hidden > 0 ? [`${answer.rows.length} of ${answer.rowsTotal} rows are shown.`] : []
  return { times: [], stepMs: 0, unit: columns[figureAt]?.unit ?? '', notes, figures }
}

function colourOf(texts: readonly string[], name: string): string {
  const [severity] = texts
  const known = Object.entries(severityColours).find(([each]) => each === severity)
  return texts.length === 1 && known !== undefined ? known[1] : nameColour(name)
}

function lastOf(values: readonly (number | null)[]): number | undefined {
  return values.findLast((value) => value !== null) ?? undefined
}

/** By the legend where there is one; a series that has nothing of its own has the panel's name. */
function nameOf(labels: Figure['labels'], usual: string, { legend, title }: About): string {
  if (legend !== '') return fillLegend(legend, labels)
  if (usual === '{}' && title !== '') return title
  // Of one label its value says all.
  const sole = /^\{[^{}"=,]+="((?:[^"\\]|\\.)*)"\}$/.exec(usual)?.[1]
  return sole === undefined || sole === '' ? usual : sole.replace(/\\(.)/g, '$1')
}

/** `{{job}} {{http_route}}`; what a series has not is left away. */
function fillLegend(legend: string, labels: Figure['labels']): string {
  return legend
    .replace(/\{\{\s*([^{}]+?)\s*\}\}/g, (_, name: string) => labels[name] ?? '')
    .replace(/\s+/g, ' ')
    .trim()
}
