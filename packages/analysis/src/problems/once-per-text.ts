/** Texts that are remembered, and how long they may be: two million characters at most a function. */
const textsMax = 1_000
const lengthMax = 2_000

/** The same function, that reads each text once: places in the code are few, and their spans many. What it answers is not to be changed. */
export function oncePerText<Answer extends object | string>(read: (text: string) => Answer): (text: string) => Answer {
  const known = new Map<string, Answer>()
  return (text) => {
    if (text.length > lengthMax) return read(text)
    const before = known.get(text)
    if (before !== undefined) return before
    const answer = read(text)
    if (known.size >= textsMax) known.clear()
    known.set(text, answer)
    return answer
  }
}
