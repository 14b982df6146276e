import { one, oneOf, type PageUrl } from '../../parts/url.ts'

export type ErrorsSearch = {
  order: 'count' | 'last' | 'first'
  /** Hash of the error that is looked at, '' for none. */
  error: string
}

export const errorsUrl: PageUrl<ErrorsSearch> = {
  parse: (raw) => ({ order: oneOf(raw, 'order', ['count', 'last', 'first']), error: one(raw, 'error') }),
  print: ({ order, error }) => ({ order: order === 'count' ? '' : order, error }),
}
