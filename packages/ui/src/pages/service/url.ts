import { one, oneOf, type PageUrl } from '../../parts/url.ts'

/** What "What changed" holds the time against; '' where that is not asked for. */
const compares = ['', 'before', 'day', 'week'] as const
export type Compare = (typeof compares)[number]

export type ServiceSearch = {
  /** Part of an operation's name. */
  find: string
  sort: string
  compare: Compare
  /** Of which operation "What changed" tells; '' for all. */
  operation: string
}

export const serviceUrl: PageUrl<ServiceSearch> = {
  parse: (raw) => ({
    find: one(raw, 'find'),
    sort: one(raw, 'sort'),
    compare: oneOf(raw, 'compare', compares),
    operation: one(raw, 'operation'),
  }),
  print: ({ find, sort, compare, operation }) => ({ find, sort, compare, operation }),
}
