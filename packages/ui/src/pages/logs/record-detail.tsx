import { Button } from '@mantine/core'
import type { Attributes, ScopeRecord } from '@wakeline/protocol'
import { useCallback } from 'react'
import { toLogs, toService, toTrace } from '../../links.ts'
import { AttributeTable } from '../../parts/attribute-table.tsx'
import { addTerm, printAttribute, searchTerm } from '../../parts/attribute-text.ts'
import { CodeBlock } from '../../parts/code-block.tsx'
import { DataFact, Fact, Facts } from '../../parts/facts.tsx'
import { ServiceLabel, SeverityLabel, severityOf } from '../../parts/labels.tsx'
import { Link } from '../../parts/link.tsx'
import { usePageSearch } from '../../parts/use-page-search.ts'
import { unixMs } from '../../time/format.ts'
import { TimeLabel } from '../../time/time-label.tsx'
import type { KeyedRecord, Origins } from './keyed-records.ts'
import { LinesAround } from './lines-around.tsx'
import styles from './logs-page.module.css'
import { logsUrl } from './url.ts'

const aroundMs = 5 * 60_000

/** One record in full: body, exception, where to go from it, attributes, and where it came from. */
export function RecordDetail({ record, origins }: { record: KeyedRecord; origins: Origins }) {
  const [search, setSearch] = usePageSearch(logsUrl)
  const filter = useCallback(
    (prefix: string) => (key: string, text: string, how: 'with' | 'without') =>
      setSearch({ q: addTerm(search.q, searchTerm(prefix + key, text, how)) }),
    [search.q, setSearch],
  )
  const resource = origins.resources[record.resourceId]
  const stack = record.attributes['exception.stacktrace']
  return (
    <div className={styles.record}>
      <pre className={`data ${styles.whole}`}>{wholeBody(record)}</pre>
      {typeof stack === 'string' && <CodeBlock text={stack} label="Copy the stack trace" wrap />}
      <Ways record={record} />
      <RecordFacts record={record} scope={origins.scopes[record.scopeId]} />
      <section>
        <h3>Attributes</h3>
        <AttributeTable attributes={withoutStack(record.attributes)} onFilter={filter('')} />
        {record.droppedAttributes > 0 && (
          <div className="quiet">{record.droppedAttributes} more were dropped before they came here.</div>
        )}
      </section>
      <LinesAround record={record} />
      {resource !== undefined && (
        <section>
          <h3>Resource</h3>
          <AttributeTable attributes={resource.attributes} onFilter={filter('resource.')} />
        </section>
      )}
    </div>
  )
}

function Ways({ record }: { record: KeyedRecord }) {
  const atMs = unixMs(record.timeUnixNano)
  return (
    <div className={styles.ways}>
      {record.traceId !== '' && (
        <>
          <Button component={Link} href={toTrace(record.traceId, record.spanId)}>
            Its trace
          </Button>
          <Button component={Link} href={toLogs({ traceId: record.traceId })}>
            Logs of the trace
          </Button>
        </>
      )}
      <Button
        component={Link}
        href={toLogs({
          service: record.service,
          at: { fromMs: atMs - aroundMs, toMs: atMs + aroundMs },
          record: record.key,
        })}
      >
        Logs around it
      </Button>
    </div>
  )
}

function RecordFacts({ record, scope }: { record: KeyedRecord; scope: ScopeRecord | undefined }) {
  return (
    <Facts>
      <Fact name="Time">
        <TimeLabel at={record.timeUnixNano} as="full" />
      </Fact>
      <Fact name="Severity">
        <SeverityLabel severity={severityOf(record.severity)} text={record.severityText} />{' '}
        <span className="quiet">{severityWords(record)}</span>
      </Fact>
      <Fact name="Service">
        <Link href={toService(record.service)}>
          <ServiceLabel service={record.service} />
        </Link>
      </Fact>
      {record.eventName !== '' && <Fact name="Event">{record.eventName}</Fact>}
      {scope !== undefined && scope.name !== '' && <DataFact name="Scope" text={`${scope.name} ${scope.version}`} />}
      {record.traceId !== '' && <DataFact name="Trace" text={record.traceId} />}
      {record.spanId !== '' && <DataFact name="Span" text={record.spanId} />}
    </Facts>
  )
}

/** The body as text; JSON, sent as a value or as text, laid out over lines. */
function wholeBody({ body }: KeyedRecord): string {
  const text = printAttribute(body)
  if (!/^\s*[{[]/.test(text)) return text
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

function severityWords({ severity, severityText }: KeyedRecord): string {
  if (severity === 0) return severityText === '' ? 'not given' : `sent as ${severityText}`
  return severityText === '' ? `number ${severity}` : `sent as ${severityText}, number ${severity}`
}

function withoutStack({ 'exception.stacktrace': _, ...attributes }: Attributes): Attributes {
  return attributes
}
