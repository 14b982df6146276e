import { float, joined, type Sql, sql, trusted } from '../sql.ts'
import type { AttributeSource, Condition, TextSource, TextTest } from './condition.ts'
import { likePattern, matchSql, wordsSql } from './words-sql.ts'

/** The condition as a WHERE expression that is never NULL, so that NOT means what it says. */
export function conditionSql(condition: Condition): Sql {
  switch (condition.is) {
    case 'always':
      return sql`true`
    case 'and':
      return joined(condition.terms.map(grouped), ' AND ')
    case 'or':
      return joined(condition.terms.map(grouped), ' OR ')
    case 'not':
      return sql`NOT (${conditionSql(condition.term)})`
    case 'id':
      return sql`${trusted(condition.column)} = unhex(${condition.hex})`
    case 'number': {
      const { source, compare, value } = condition
      if (source.of === 'column') {
        return sql`${trusted(source.column)} ${trusted(compare)} ${Number.isInteger(value) ? BigInt(value) : float(value)}`
      }
      const limit = float(value)
      return attributeSql(source, (text) => sql`ifNull(toFloat64OrNull(${text}) ${trusted(compare)} ${limit}, false)`)
    }
    case 'text':
      return textSql(condition.source, condition.test)
    case 'words': {
      const columns = condition.columns.map((column) => wordsSql(column, condition.words))
      return columns.length === 1 ? joined(columns, '') : sql`(${joined(columns, ' OR ')})`
    }
  }
}

function grouped(condition: Condition): Sql {
  const text = conditionSql(condition)
  return condition.is === 'and' || condition.is === 'or' ? sql`(${text})` : text
}

function textSql(source: TextSource, test: TextTest): Sql {
  switch (source.of) {
    case 'column':
      return testSql(trusted(source.column), test)
    case 'attribute':
      if (test.test !== 'present') return attributeSql(source, (text) => testSql(text, test))
      return attributeSql(source, () => sql`true`)
    case 'scope name':
      return sql`scope_id IN (SELECT scope_id FROM scopes WHERE ${testSql(trusted('name'), test)})`
    case 'scope version':
      return sql`scope_id IN (SELECT scope_id FROM scopes WHERE ${testSql(trusted('version'), test)})`
    case 'event names':
      if (test.test === 'present') return sql`notEmpty(events)`
      return sql`arrayExists(event -> ${testSql(trusted('event'), test)}, events.name)`
  }
}

/** The first of a repeated key counts, which is what `attributes[key]` gives. */
function attributeSql(source: AttributeSource, test: (text: Sql) => Sql): Sql {
  const key = sql`${source.key}`
  const own = sql`attributes[${key}]`
  const has = sql`mapContains(attributes, ${key})`
  const held = sql`(${has} AND ${test(own)})`
  const ofResource = sql`resource_id IN (SELECT resource_id FROM resources WHERE ${held})`
  const ofScope = sql`scope_id IN (SELECT scope_id FROM scopes WHERE ${held})`
  // Inside the lambda `attributes` is that of one event or link.
  const ofEvents = sql`arrayExists(attributes -> ${held}, events.attributes)`
  const ofLinks = sql`arrayExists(attributes -> ${held}, links.attributes)`
  switch (source.holder) {
    case 'record':
      return held
    case 'resource':
      return ofResource
    case 'either':
      // Not if(): of terms joined by OR the engine's indexes can tell where neither is.
      return sql`(${held} OR (NOT ${has} AND ${ofResource}))`
    case 'scope':
      return ofScope
    case 'events':
      return ofEvents
    case 'links':
      return ofLinks
    case 'any':
      return sql`(${joined([held, ofResource, ofScope, ofEvents, ofLinks], ' OR ')})`
  }
}

function testSql(text: Sql, test: TextTest): Sql {
  switch (test.test) {
    case 'present':
      return sql`${text} != ''`
    case 'equals':
      return sql`${text} = ${test.text}`
    case 'wildcard':
      return sql`${text} LIKE ${likePattern(test.pieces)}`
    case 'regex':
      return matchSql(text, test.pattern)
    case 'order':
      return sql`${text} ${trusted(test.compare)} ${test.text}`
  }
}
