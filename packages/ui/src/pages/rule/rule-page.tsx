import { askMadeRules, type RuleListed } from '@wakeline/protocol'
import { useAnswer } from '../../api/use-answer.ts'
import { toAlerts } from '../../links.ts'
import { Answer } from '../../parts/answer.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Link } from '../../parts/link.tsx'
import { usePageSearch } from '../../parts/use-page-search.ts'
import { Page } from '../../shell/page.tsx'
import { formOf, newForm } from './draft.ts'
import { RuleEditor } from './rule-editor.tsx'
import { type RuleSearch, ruleUrl } from './url.ts'

/** Where an alert is made or changed: its question, when it is one, and what it would have done in the time that is shown. */
export function RulePage() {
  const [search] = usePageSearch(ruleUrl)
  return (
    <Page title={search.id === '' ? 'New rule' : 'Rule'} scroll>
      {search.id === '' ? (
        <RuleEditor key={`${search.signal} ${search.q}`} initial={newForm(search)} />
      ) : (
        <Existing search={search} />
      )}
    </Page>
  )
}

function Existing({ search: { id } }: { search: RuleSearch }) {
  const rules = useAnswer(askMadeRules(), { keepOld: false })
  const of = (all: readonly RuleListed[]): RuleListed | undefined => all.find((rule) => rule.id === id)
  return (
    <Answer of={rules} empty={(answer) => (of(answer.rules) === undefined ? <NoRule /> : undefined)}>
      {(answer) => {
        const rule = of(answer.rules)
        if (rule?.draft === undefined) return <NoRule />
        return <RuleEditor key={id} initial={formOf(rule.draft)} saved={{ id, revision: rule.revision }} />
      }}
    </Answer>
  )
}

function NoRule() {
  return (
    <Empty title="There is no such rule">
      <div>It may have been deleted. Rules of files are changed in their files.</div>
      <Link href={toAlerts()}>Go to the alerts</Link>
    </Empty>
  )
}
