import { ActionIcon } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { IconCheck, IconCopy } from '@tabler/icons-react'

export function CopyButton({ text, label = 'Copy' }: { text: string; label?: string }) {
  const clipboard = useClipboard({ timeout: 1500 })
  return (
    <ActionIcon
      size={22}
      aria-label={clipboard.copied ? 'Copied' : label}
      title={clipboard.copied ? 'Copied' : label}
      onClick={(event) => {
        event.stopPropagation()
        clipboard.copy(text)
      }}
    >
      {clipboard.copied ? <IconCheck size={14} color="var(--ok)" /> : <IconCopy size={14} />}
    </ActionIcon>
  )
}
