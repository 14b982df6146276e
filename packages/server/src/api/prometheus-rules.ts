import { quote } from '../query/promql/parse/literals.ts'
import { readSelectors, refuse } from './prometheus-input.ts'

/**
 * What Prometheus tells of rules and alerts: none are evaluated here, so the lists are empty whatever is chosen of them, and what is
 * chosen wrongly is refused as Prometheus does.
 */
export function rulesAnswer(parameters: URLSearchParams): object {
  const given = (name: string): string => parameters.get(name) ?? ''
  if (!['', 'alert', 'record'].includes(given('type').toLowerCase()))
    throw refuse('type', `not supported value ${quote(given('type'))}`)
  if (!/^(1|t|true|0|f|false)?$/i.test(given('exclude_alerts')))
    throw refuse('exclude_alerts', `error converting exclude_alerts: ${quote(given('exclude_alerts'))} is not a bool`)
  readSelectors(parameters)
  if (given('group_limit') === '' && given('group_next_token') !== '')
    throw refuse('group_limit', 'group_limit needs to be set in order to paginate over the groups')
  if (!/^([1-9]\d*)?$/.test(given('group_limit'))) throw refuse('group_limit', 'group_limit needs to be greater than 0')
  if (given('group_next_token') !== '')
    throw refuse(
      'group_next_token',
      `invalid group_next_token ${quote(given('group_next_token'))}: there are no groups`,
    )
  return { groups: [] }
}
