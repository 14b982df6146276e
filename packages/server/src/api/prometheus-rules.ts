import { quote } from '../query/promql/parse/literals.ts'
import { parseWhole, readSelectors, refuse } from './prometheus-input.ts'

/**
 * What Prometheus tells of rules and alerts: none are evaluated here, so the lists are empty whatever is chosen of them, and what is
 * chosen wrongly is refused as Prometheus does.
 */
export function rulesAnswer(parameters: URLSearchParams): object {
  const given = (name: string): string => parameters.get(name) ?? ''
  if (!['', 'alert', 'record'].includes(given('type').toLowerCase()))
    throw refuse('type', `not supported value ${quote(given('type'))}`)
  if (!/^(1|t|true|0|f|false)?$/i.test(given('exclude_alerts')))
    throw refuse(
      'exclude_alerts',
      `error converting exclude_alerts: strconv.ParseBool: parsing ${quote(given('exclude_alerts'))}: invalid syntax`,
    )
  readSelectors(parameters)
  if (given('group_limit') === '' && given('group_next_token') !== '')
    throw refuse('group_next_token', 'group_limit needs to be present in order to paginate over the groups')
  const groups = given('group_limit') === '' ? 1 : parseWhole(given('group_limit'))
  if (typeof groups !== 'number') {
    const why = groups.error.replace('Atoi', 'ParseInt')
    throw refuse('group_limit', `group_limit needs to be a valid number: ${why}`)
  }
  if (groups <= 0) throw refuse('group_limit', 'group_limit needs to be greater than 0')
  if (given('group_next_token') !== '')
    throw refuse(
      'group_next_token',
      `invalid group_next_token '${given('group_next_token')}'. were rule groups changed?`,
    )
  return { groups: [] }
}
