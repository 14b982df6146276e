import styles from './choice.module.css'

/** One of a few words, all in sight. */
export function Choice<Value extends string>(props: {
  /** Read out: what is chosen. */
  label: string
  value: Value
  options: readonly { value: Value; title: string }[]
  onChange: (value: Value) => void
}) {
  return (
    <fieldset className={styles.choice}>
      <legend className="unseen">{props.label}</legend>
      {props.options.map(({ value, title }) => (
        <button
          key={value}
          type="button"
          aria-pressed={value === props.value}
          className={value === props.value ? `${styles.option} ${styles.chosen}` : styles.option}
          onClick={() => props.onChange(value)}
        >
          {title}
        </button>
      ))}
    </fieldset>
  )
}
