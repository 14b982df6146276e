import { one, type PageUrl } from '../../parts/url.ts'

export type ServiceSearch = {
  /** Part of an operation's name. */
  find: string
  sort: string
}

export const serviceUrl: PageUrl<ServiceSearch> = {
  parse: (raw) => ({ find: one(raw, 'find'), sort: one(raw, 'sort') }),
  print: ({ find, sort }) => ({ find, sort }),
}
