import { type LinkScope, toLogs, toQuery, toTraces } from '../../links.ts'

/** Where the question of a rule is asked: PromQL on its page, a search, which the server tells as `logs: ...`, on its own. */
export function toQuestion(query: string, at?: LinkScope['at']): string {
  const [, signal, q = ''] = /^(logs|traces): (.*?)(?: (?:[<>]=?|[!=]=) [^ ]+)?$/s.exec(query) ?? []
  const scope = at === undefined ? {} : { at }
  if (signal === 'logs') return toLogs({ q, ...scope })
  if (signal === 'traces') return toTraces({ q, ...scope })
  return toQuery({ promql: query, ...scope })
}
