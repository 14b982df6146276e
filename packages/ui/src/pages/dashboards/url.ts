import { one, type PageUrl } from '../../parts/url.ts'

export type DashboardsSearch = { find: string }

export const dashboardsUrl: PageUrl<DashboardsSearch> = {
  parse: (raw) => ({ find: one(raw, 'find') }),
  print: ({ find }) => ({ find }),
}
