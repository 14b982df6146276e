import type { Running } from './run.ts'
import type { AttributeSource, Condition } from './search/condition.ts'
import { conditionSql } from './search/condition-sql.ts'
import { joined, type Sql, sql, trusted } from './sql.ts'

/**
 * The same condition where it is plain that an attribute can only be the record's own, because no resource has such a
 * value. Most have none, and of `own OR (not own AND of the resource)` the engine's indexes take twice the time to tell.
 */
export async function ownAttributes(condition: Condition, running: Running): Promise<Condition> {
  const either = [...eitherOf(condition)]
  if (either.length === 0) return condition
  const [found] = await running.rows<Record<string, number>>(anyResourceSql(either))
  const own = new Set(either.filter((_, index) => found?.[`held_${index}`] === 0))
  return replaced(condition, own)
}

/**
 * Asks as if every attribute were the record's own while that is being found out, where an index tells soon that there is little
 * of such a value; and once more where some resource has it. For what reads little: it may be for nothing.
 */
export async function askAsOwn<Answer>(
  condition: Condition,
  running: Running,
  ask: (condition: Condition) => Promise<Answer>,
): Promise<Answer> {
  const either = [...eitherOf(condition)]
  if (either.length === 0 || !either.every(isOneValue)) return ask(await ownAttributes(condition, running))
  const [known, guessed] = await Promise.all([
    ownAttributes(condition, running),
    ask(replaced(condition, new Set(either))),
  ])
  const isRight = [...eitherOf(known)].length === 0
  return isRight ? guessed : ask(known)
}

const isOneValue = (condition: Either): boolean => condition.is === 'text' && condition.test.test === 'equals'

type Either = Condition & { source: AttributeSource }

function* eitherOf(condition: Condition): Generator<Either> {
  switch (condition.is) {
    case 'and':
    case 'or':
      for (const term of condition.terms) yield* eitherOf(term)
      return
    case 'not':
      yield* eitherOf(condition.term)
      return
    default:
      if (isEither(condition)) yield condition
  }
}

function isEither(condition: Condition): condition is Either {
  if (condition.is !== 'text' && condition.is !== 'number') return false
  return condition.source.of === 'attribute' && condition.source.holder === 'either'
}

function held(condition: Either): Either {
  return { ...condition, source: { ...condition.source, holder: 'record' } }
}

function replaced(condition: Condition, own: ReadonlySet<Condition>): Condition {
  switch (condition.is) {
    case 'and':
    case 'or':
      return { is: condition.is, terms: condition.terms.map((term) => replaced(term, own)) }
    case 'not':
      return { is: 'not', term: replaced(condition.term, own) }
    default:
      return isEither(condition) && own.has(condition) ? held(condition) : condition
  }
}

/** Of a resource its attributes are its own, so the test of a record's is that of a resource's. */
function anyResourceSql(conditions: readonly Either[]): Sql {
  const columns = conditions.map(
    (condition, index) => sql`countIf(${conditionSql(held(condition))}) > 0 AS ${trusted(`held_${index}`)}`,
  )
  return sql`SELECT ${joined(columns, ', ')} FROM resources`
}
