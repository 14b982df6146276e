/** So that it can stand beside other terms; what is longer is cut where a value differs. */
const lengthMax = 1500

/**
 * The term of the search language that finds the lines of a pattern: a regular expression of their whole body, with `.*` for what
 * differs. Where some of its lines differ in more, such as in what was left out as said twice, blanks stand for anything too.
 * `cutAt`: no more of the bodies than that was looked at.
 */
export function patternSearch(pattern: string, bodies: readonly string[], cutAt: number): string {
  const end = bodies.some((body) => body.length >= cutAt) ? '' : '$'
  const exact = expressionOf(pattern, '\\s+', end)
  const findsAll = (expression: string): boolean => {
    const compiled = new RegExp(expression, 's')
    return bodies.every((body) => compiled.test(body))
  }
  return `body:/${findsAll(exact) ? exact : expressionOf(pattern, '.*', end)}/`
}

function expressionOf(pattern: string, blank: string, end: string): string {
  let expression = '^\\s*'
  for (const piece of pattern.split(/(<\*>|\s+)/)) {
    const next = piece === '<*>' ? '.*' : /^\s+$/.test(piece) ? blank : escaped(piece)
    if (expression.length + next.length > lengthMax) return expression
    expression += next
  }
  return `${expression.replaceAll(/(?:\.\*){2,}/g, '.*')}${end === '' ? '' : '\\s*$'}`
}

/** ASCII signs as they stand; all else means itself. */
const escaped = (text: string): string => text.replace(/[!-/:-@[-^`{-~]/g, '\\$&')
