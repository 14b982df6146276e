import styles from './code-block.module.css'
import { CopyButton } from './copy-button.tsx'

/** Text to copy and paste, as it is. `wrap` breaks long lines instead of scrolling. */
export function CodeBlock({ text, label, wrap }: { text: string; label?: string; wrap?: boolean }) {
  return (
    <div className={styles.block}>
      <pre className={wrap ? `${styles.text} ${styles.wrap}` : styles.text}>{text}</pre>
      <div className={styles.copy}>
        <CopyButton text={text} label={label ?? 'Copy'} />
      </div>
    </div>
  )
}
