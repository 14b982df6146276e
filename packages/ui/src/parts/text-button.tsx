import type { ComponentPropsWithRef } from 'react'
import styles from './text-button.module.css'

/** A button that reads as a link in a line of text. What opens something for it, such as a popover, may add its class. */
export function TextButton({ className = '', ...props }: ComponentPropsWithRef<'button'>) {
  return <button type="button" className={`${styles.button} ${className}`} {...props} />
}
