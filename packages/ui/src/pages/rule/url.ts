import { one, oneOf, type PageUrl } from '../../parts/url.ts'

export type RuleSearch = {
  /** Of the rule that is changed; '' makes a new one. */
  id: string
  /** What a new one begins with. */
  signal: 'metrics' | 'logs' | 'traces'
  q: string
}

export const ruleUrl: PageUrl<RuleSearch> = {
  parse: (raw) => ({
    id: one(raw, 'id'),
    signal: oneOf(raw, 'signal', ['metrics', 'logs', 'traces']),
    q: one(raw, 'q'),
  }),
  print: ({ id, signal, q }) => ({ id, signal: signal === 'metrics' ? '' : signal, q }),
}
