import { one, oneOf, type PageUrl } from '../../parts/url.ts'

export type TracesSearch = {
  /** The search language over spans. */
  q: string
  order: 'newest' | 'slowest'
  /** `differences`: what tells some of the spans from the others, instead of their traces. */
  show: 'traces' | 'differences'
  /** Which are held against the others. */
  compare: 'slow' | 'failed'
  /** `only`: spans that failed. */
  errors: '' | 'only'
  /** Of the durations in the scatter. */
  scale: 'log' | 'linear'
}

export const tracesUrl: PageUrl<TracesSearch> = {
  parse: (raw) => ({
    q: one(raw, 'q'),
    order: oneOf(raw, 'order', ['newest', 'slowest']),
    show: oneOf(raw, 'show', ['traces', 'differences']),
    compare: oneOf(raw, 'compare', ['slow', 'failed']),
    errors: oneOf(raw, 'errors', ['', 'only']),
    scale: oneOf(raw, 'scale', ['log', 'linear']),
  }),
  print: ({ q, order, show, compare, errors, scale }) => ({
    q,
    order: order === 'newest' ? '' : order,
    show: show === 'traces' ? '' : show,
    compare: compare === 'slow' ? '' : compare,
    errors,
    scale: scale === 'log' ? '' : scale,
  }),
}
