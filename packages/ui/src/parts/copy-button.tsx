import { ActionIcon } from '@mantine/core'
import { IconCheck, IconCopy, IconLink, IconX } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { copyText } from './copy-text.ts'

type Copied = 'not yet' | 'copied' | 'refused'

const saidMs = 1500

/** `text` may be made when it is asked for: an address changes without the page being drawn again. */
export function CopyButton(props: {
  text: string | (() => string)
  label?: string
  size?: number
  of?: 'text' | 'link'
}) {
  const { text, label = 'Copy', size = 22, of = 'text' } = props
  const [state, setState] = useState<Copied>('not yet')
  useEffect(() => {
    if (state === 'not yet') return
    const timer = setTimeout(() => setState('not yet'), saidMs)
    return () => clearTimeout(timer)
  }, [state])
  const copy = async () => {
    const done = await copyText(typeof text === 'string' ? text : text())
    setState(done ? 'copied' : 'refused')
  }
  const says = { 'not yet': label, copied: 'Copied', refused: 'The browser does not allow copying' }[state]
  const Icon = of === 'link' ? IconLink : IconCopy
  return (
    <ActionIcon
      size={size}
      aria-label={says}
      title={says}
      onClick={(event) => {
        event.stopPropagation()
        void copy()
      }}
    >
      {state === 'not yet' && <Icon size={14} />}
      {state === 'copied' && <IconCheck size={14} color="var(--ok)" />}
      {state === 'refused' && <IconX size={14} color="var(--error)" />}
    </ActionIcon>
  )
}
