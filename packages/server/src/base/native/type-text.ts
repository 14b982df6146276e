/** Splits `a T, b U(1, 'x')` at the commas that stand in no parentheses. */
export function splitTopLevel(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let start = 0
  for (let i = 0; i < text.length; i += 1) {
    if (text[i] === '(') depth += 1
    else if (text[i] === ')') depth -= 1
    else if (text[i] === ',' && depth === 0) {
      parts.push(text.slice(start, i).trim())
      start = i + 1
    }
  }
  parts.push(text.slice(start).trim())
  return parts
}

/** What stands between the outermost parentheses of a type: `Array(T)` gives `T`. */
export function insideOf(type: string): string {
  return type.slice(type.indexOf('(') + 1, -1)
}
