import styles from './query-page.module.css'

/** Queries to start from; a click runs one. */
export function Examples(props: {
  examples: readonly { says: string; query: string }[]
  onChoose: (query: string) => void
}) {
  return (
    <div className={styles.examples}>
      {props.examples.map(({ says, query }) => (
        <button key={query} type="button" className={styles.example} onClick={() => props.onChoose(query)}>
          <span className={styles.says}>{says}</span>
          <span className={`data ${styles.query}`}>{query}</span>
        </button>
      ))}
    </div>
  )
}
