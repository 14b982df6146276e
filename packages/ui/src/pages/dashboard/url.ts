import { many, oneOf, type PageUrl } from '../../parts/url.ts'

export type DashboardSearch = {
  edit: 'off' | 'on'
  /** What was chosen for each variable, by its name; absent is what the dashboard says. */
  chosen: Readonly<Record<string, readonly string[]>>
}

/** All values of a variable, as Grafana's links name them. */
export const allValues = '$__all'

/** `var-service=web&var-service=cart`, as Grafana writes them. */
const prefix = 'var-'

export const dashboardUrl: PageUrl<DashboardSearch> = {
  parse: (raw) => ({
    edit: oneOf(raw, 'edit', ['off', 'on']),
    chosen: Object.fromEntries(
      Object.keys(raw)
        .filter((key) => key.startsWith(prefix))
        .map((key) => [key.slice(prefix.length), many(raw, key)]),
    ),
  }),
  print: ({ edit, chosen }) => ({
    edit: edit === 'off' ? '' : edit,
    ...Object.fromEntries(Object.entries(chosen).map(([name, values]) => [prefix + name, [...values]])),
  }),
}
