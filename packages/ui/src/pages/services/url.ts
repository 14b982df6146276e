import { one, type PageUrl } from '../../parts/url.ts'

export type ServicesSearch = {
  /** Part of a service's name. */
  find: string
  /** Column of the table, `-` before it for the other direction. */
  sort: string
}

export const servicesUrl: PageUrl<ServicesSearch> = {
  parse: (raw) => ({ find: one(raw, 'find'), sort: one(raw, 'sort') }),
  print: ({ find, sort }) => ({ find, sort }),
}
