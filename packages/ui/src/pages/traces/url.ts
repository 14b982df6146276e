import { one, oneOf, type PageUrl } from '../../parts/url.ts'

export type TracesSearch = {
  /** The search language over spans. */
  q: string
  order: 'newest' | 'slowest'
  /** `only`: spans that failed. */
  errors: '' | 'only'
  /** Of the durations in the scatter. */
  scale: 'log' | 'linear'
}

export const tracesUrl: PageUrl<TracesSearch> = {
  parse: (raw) => ({
    q: one(raw, 'q'),
    order: oneOf(raw, 'order', ['newest', 'slowest']),
    errors: oneOf(raw, 'errors', ['', 'only']),
    scale: oneOf(raw, 'scale', ['log', 'linear']),
  }),
  print: ({ q, order, errors, scale }) => ({
    q,
    order: order === 'newest' ? '' : order,
    errors,
    scale: scale === 'log' ? '' : scale,
  }),
}
