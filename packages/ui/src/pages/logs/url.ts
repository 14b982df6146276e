import { one, oneOf, type PageUrl } from '../../parts/url.ts'

export type LogsSearch = {
  /** The search language over log records. */
  q: string
  order: 'newest' | 'oldest'
  /** `patterns`: what the records say, those alike together, instead of the records. */
  show: 'records' | 'patterns'
  /** `on` follows new records as they come. */
  tail: 'off' | 'on'
  /** Key of the selected record, '' for none. */
  record: string
}

export const logsUrl: PageUrl<LogsSearch> = {
  parse: (raw) => ({
    q: one(raw, 'q'),
    order: oneOf(raw, 'order', ['newest', 'oldest']),
    show: oneOf(raw, 'show', ['records', 'patterns']),
    tail: oneOf(raw, 'tail', ['off', 'on']),
    record: one(raw, 'record'),
  }),
  print: ({ q, order, show, tail, record }) => ({
    q,
    order: order === 'newest' ? '' : order,
    show: show === 'records' ? '' : show,
    tail: tail === 'off' ? '' : tail,
    record,
  }),
}
