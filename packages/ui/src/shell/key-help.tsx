import { Kbd, Modal } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useKeyGroups, useKeys } from '../parts/keys.tsx'
import styles from './key-help.module.css'

const opened = 'wakeline:key-help'

export function openKeyHelp(): void {
  window.dispatchEvent(new Event(opened))
}

/** The keys that work on the page as it is now. */
export function KeyHelp() {
  const [open, setOpen] = useState(false)
  const groups = useKeyGroups()
  useKeys('Help', [{ keys: '?', says: 'This help', run: () => setOpen(true) }])
  useEffect(() => {
    const show = () => setOpen(true)
    window.addEventListener(opened, show)
    return () => window.removeEventListener(opened, show)
  }, [])
  const shown = open ? byName(groups()) : []
  return (
    <Modal opened={open} onClose={() => setOpen(false)} title="Keys" size={560} centered>
      <div className={styles.groups}>
        {shown.map(({ name, bindings }) => (
          <section key={name}>
            <h3>{name}</h3>
            {bindings.map(({ keys, says }) => (
              <div key={keys} className={styles.line}>
                <span>{says}</span>
                <span className={styles.keys}>
                  {keys.split(' ').map((key) => (
                    <Kbd key={key} size="xs">
                      {key}
                    </Kbd>
                  ))}
                </span>
              </div>
            ))}
          </section>
        ))}
      </div>
    </Modal>
  )
}

/** Groups of one name (two tables of a page) are shown once, and what has no words is left out. */
function byName(groups: ReturnType<ReturnType<typeof useKeyGroups>>) {
  const found = new Map<string, { keys: string; says: string }[]>()
  for (const { name, bindings } of groups) {
    const said = bindings.filter(({ says }) => says !== '')
    if (said.length > 0 && !found.has(name)) found.set(name, said)
  }
  return [...found].map(([name, bindings]) => ({ name, bindings }))
}
