import type { ReactNode } from 'react'
import styles from '../dashboard-page.module.css'

/** Headings, lists, links, `code` and **strong** words of Markdown; everything else is shown as it was written. */
export function TextPanel({ text }: { text: string }) {
  return <div className={styles.text}>{blocks(text).map(shown)}</div>
}

type Block = { is: 'heading' | 'list' | 'paragraph'; lines: string[] }

function blocks(text: string): Block[] {
  const made: Block[] = []
  for (const line of text.split('\n')) {
    const is = /^#{1,4}\s/.test(line) ? 'heading' : /^\s*[-*]\s/.test(line) ? 'list' : 'paragraph'
    const last = made.at(-1)
    if (line.trim() === '') made.push({ is: 'paragraph', lines: [] })
    else if (last === undefined || last.is !== is || is === 'heading') made.push({ is, lines: [line] })
    else last.lines.push(line)
  }
  return made.filter(({ lines }) => lines.length > 0)
}

function shown({ is, lines }: Block, at: number): ReactNode {
  const key = `${at} ${lines[0]}`
  if (is === 'heading') return <h3 key={key}>{inline(lines[0]?.replace(/^#+\s/, '') ?? '')}</h3>
  if (is === 'paragraph') return <p key={key}>{inline(lines.join('\n'))}</p>
  return (
    <ul key={key}>
      {lines.map((line) => (
        <li key={line}>{inline(line.replace(/^\s*[-*]\s/, ''))}</li>
      ))}
    </ul>
  )
}

/** Links lead to the web alone: what begins with anything else is text. */
const pattern = /\*\*([^*]+)\*\*|`([^`]+)`|\[([^\]]+)\]\((https?:\/\/[^\s)]+)\)/g

function inline(text: string): ReactNode[] {
  const made: ReactNode[] = []
  let at = 0
  for (const found of text.matchAll(pattern)) {
    const [whole, strong, code, label, href] = found
    made.push(text.slice(at, found.index))
    const key = `${found.index} ${whole}`
    if (strong !== undefined) made.push(<strong key={key}>{strong}</strong>)
    else if (code !== undefined) made.push(<code key={key}>{code}</code>)
    else
      made.push(
        <a key={key} href={href} target="_blank" rel="noreferrer">
          {label}
        </a>,
      )
    at = found.index + whole.length
  }
  return [...made, text.slice(at)]
}
