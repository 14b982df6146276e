import { ActionIcon, TextInput } from '@mantine/core'
import { IconChevronDown, IconChevronRight, IconMinus, IconX } from '@tabler/icons-react'
import { askKeys, askTable } from '@wakeline/protocol'
import { useState } from 'react'
import { useAnswer } from '../../api/use-answer.ts'
import { Answer, SkeletonRows } from '../../parts/answer.tsx'
import { searchTerm } from '../../parts/attribute-text.ts'
import { printCount } from '../../parts/units.ts'
import { isStrings, useStored } from '../../parts/use-stored.ts'
import { useTime } from '../../time/time-context.tsx'
import styles from './key-list.module.css'

/** Of a key so many values are shown, the most frequent. */
const valuesShown = 10

/** Ids and texts have as many values as there are lines. */
const withoutValues: ReadonlySet<string> = new Set(['body', 'message', 'trace_id', 'trace', 'span_id', 'duration'])

type KeyListProps = {
  /** The search without its pipes, held to the page's service. */
  q: string
  onTerm: (term: string) => void
  onClose: () => void
}

/** Keys that records have, and of those opened the most frequent values in the present search, counted over all its lines. */
export function KeyList({ q, onTerm, onClose }: KeyListProps) {
  const { fromMs, toMs } = useTime()
  const [find, setFind] = useState('')
  const [open, setOpen] = useStored('logs.keys.open', usual, isStrings)
  const answer = useAnswer(askKeys({ signal: 'logs', prefix: find, fromMs, toMs }))
  const toggle = (key: string) => setOpen(open.includes(key) ? open.filter((other) => other !== key) : [...open, key])
  return (
    <aside className={styles.keys} aria-label="Keys and their values">
      <div className={styles.head}>
        <TextInput
          size="xs"
          className={styles.find ?? ''}
          aria-label="Find a key"
          placeholder="Find a key"
          value={find}
          onChange={(event) => setFind(event.currentTarget.value)}
        />
        <ActionIcon aria-label="Close the keys" title="Close the keys (f)" onClick={onClose}>
          <IconX size={15} />
        </ActionIcon>
      </div>
      <div className={styles.list}>
        <Answer of={answer} skeleton={<SkeletonRows rows={8} />}>
          {({ items }) =>
            items
              .filter(({ text }) => !withoutValues.has(text))
              .map(({ text }) => (
                <KeyRow key={text} name={text} open={open.includes(text)} toggle={toggle} q={q} onTerm={onTerm} />
              ))
          }
        </Answer>
      </div>
    </aside>
  )
}

const usual = ['service', 'level']

type KeyRowProps = Pick<KeyListProps, 'q' | 'onTerm'> & { name: string; open: boolean; toggle: (key: string) => void }

function KeyRow({ name, open, toggle, q, onTerm }: KeyRowProps) {
  const Icon = open ? IconChevronDown : IconChevronRight
  return (
    <section>
      <button type="button" className={styles.key} aria-expanded={open} onClick={() => toggle(name)}>
        <Icon size={13} aria-hidden />
        <span className="cut">{name}</span>
      </button>
      {open && <Values name={name} q={q} onTerm={onTerm} />}
    </section>
  )
}

function Values({ name, q, onTerm }: Pick<KeyRowProps, 'name' | 'q' | 'onTerm'>) {
  const { fromMs, toMs } = useTime()
  const quoted = `"${name.replace(/["\\]/g, '\\$&')}"`
  const answer = useAnswer(askTable('logs', `${q} | top ${valuesShown} ${quoted}`, { fromMs, toMs }))
  return (
    <Answer of={answer} skeleton={<SkeletonRows rows={2} />}>
      {(data) => {
        const rows = data.is === 'table' ? data.rows : []
        const most = Math.max(1, ...rows.map(([, count]) => Number(count)))
        const more = (data.is === 'table' ? data.rowsTotal : 0) - rows.length
        return (
          <ul className={styles.values}>
            {rows.map(([text, count]) => (
              <Value key={String(text)} {...{ name, text: String(text), count: Number(count), most, onTerm }} />
            ))}
            {rows.length === 0 && <li className="quiet">none in this search</li>}
            {more > 0 && <li className="quiet">{printCount(more)} more</li>}
          </ul>
        )
      }}
    </Answer>
  )
}

type ValueProps = { name: string; text: string; count: number; most: number; onTerm: (term: string) => void }

function Value({ name, text, count, most, onTerm }: ValueProps) {
  const hasKey = searchTerm(name, '*').replace('"*"', '*')
  const [asks, leavesOut] =
    text === '' ? [`-${hasKey}`, hasKey] : [searchTerm(name, text), searchTerm(name, text, 'without')]
  return (
    <li className={styles.value}>
      <span className={styles.bar} style={{ width: `${(count / most) * 100}%` }} aria-hidden />
      <button
        type="button"
        className={styles.pick}
        title={`${asks}\n${printCount(count)} records`}
        onClick={() => onTerm(asks)}
      >
        <span className="cut data">{text === '' ? <span className="quiet">not given</span> : text}</span>
        <span className="data">{printCount(count)}</span>
      </button>
      <ActionIcon
        size={18}
        className={styles.without ?? ''}
        aria-label={`Leave out ${text}`}
        title={leavesOut}
        onClick={() => onTerm(leavesOut)}
      >
        <IconMinus size={12} />
      </ActionIcon>
    </li>
  )
}
