import { ActionIcon } from '@mantine/core'
import { IconFilter, IconFilterX } from '@tabler/icons-react'
import type { Attributes, AttributeValue } from '@wakeline/protocol'
import { Fragment, useState } from 'react'
import styles from './attribute-table.module.css'
import { printAttribute } from './attribute-text.ts'
import { CopyButton } from './copy-button.tsx'
import { TextButton } from './text-button.tsx'
import { printCount } from './units.ts'

/** Longest value shown before "show all"; the copy button always has the whole. */
const shownMaxCharacters = 600

/** Keys and values with their types told apart, each with copy and, where given, "filter by this". Keys are sorted. */
export function AttributeTable(props: {
  attributes: Attributes
  /** `text` is the value as `printAttribute` prints it. */
  onFilter?: (key: string, text: string, how: 'with' | 'without') => void
}) {
  const keys = Object.keys(props.attributes).sort()
  if (keys.length === 0) return <div className="quiet">No attributes.</div>
  return (
    <dl className={styles.table}>
      {keys.map((key) => (
        <AttributeRow key={key} name={key} value={props.attributes[key] ?? null} onFilter={props.onFilter} />
      ))}
    </dl>
  )
}

function AttributeRow(props: {
  name: string
  value: AttributeValue
  onFilter: ((key: string, text: string, how: 'with' | 'without') => void) | undefined
}) {
  const { name, value, onFilter } = props
  const [whole, setWhole] = useState(false)
  const text = printAttribute(value)
  const long = text.length > shownMaxCharacters && !whole
  return (
    <Fragment>
      <dt className={styles.key} title={name}>
        {name}
      </dt>
      <dd className={styles.value}>
        <span className={typeof value === 'string' ? styles.text : `${styles.text} ${styles.typed}`}>
          {long ? `${text.slice(0, shownMaxCharacters)}…` : text === '' ? <i className="quiet">empty</i> : text}
          {long && (
            <TextButton className={styles.more} onClick={() => setWhole(true)}>
              show all {printCount(text.length)} characters
            </TextButton>
          )}
        </span>
        <span className={styles.actions}>
          {onFilter && (
            <>
              <ActionIcon
                size={22}
                aria-label={`Only with this ${name}`}
                title="Filter by this"
                onClick={() => onFilter(name, text, 'with')}
              >
                <IconFilter size={14} />
              </ActionIcon>
              <ActionIcon
                size={22}
                aria-label={`Only without this ${name}`}
                title="Leave this out"
                onClick={() => onFilter(name, text, 'without')}
              >
                <IconFilterX size={14} />
              </ActionIcon>
            </>
          )}
          <CopyButton text={text} label={`Copy ${name}`} />
        </span>
      </dd>
    </Fragment>
  )
}
