import { Button } from '@mantine/core'
import { IconPlayerPlay } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { Editor, type EditorProps } from '../../parts/editor/editor.tsx'
import styles from './query-page.module.css'

/** Where a question is written, and the line below it: run it, and what else the tab has. */
export function AskBox({ text, children, ...editor }: EditorProps & { text: string; children: ReactNode }) {
  return (
    <div className={styles.ask}>
      <Editor {...editor} />
      <div className={styles.actions}>
        <Button
          variant="filled"
          leftSection={<IconPlayerPlay size={14} aria-hidden />}
          disabled={text.trim() === ''}
          onClick={() => editor.onRun(text.trim())}
        >
          Run
        </Button>
        {children}
      </div>
    </div>
  )
}
