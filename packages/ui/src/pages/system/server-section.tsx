import type { StatusAnswer } from '@wakeline/protocol'
import { reachable } from '../../api/reachable.ts'
import { CopyButton } from '../../parts/copy-button.tsx'
import { printBytes } from '../../parts/units.ts'
import { printDateTime, printDuration, printUtc } from '../../time/format.ts'
import { useZone } from '../../time/zone.tsx'
import { Figure, Figures, Section } from './figures.tsx'
import styles from './system-page.module.css'

/** Which program this is, and what it takes. */
export function ServerSection({ status }: { status: StatusAnswer }) {
  const { version, startedMs, nowMs, residentBytes } = status
  const zone = useZone()
  return (
    <Section title="Server">
      <Figures>
        <Figure name="Version">{version}</Figure>
        <Figure name="Runs for">
          <span title={`Started ${printDateTime(startedMs, zone)}\n${printUtc(startedMs)}`}>
            {printDuration((nowMs - startedMs) * 1e6)}
          </span>
        </Figure>
        <Figure name="Memory" hint="Resident memory of the process, with the embedded engine">
          {printBytes(residentBytes)}
        </Figure>
      </Figures>
    </Section>
  )
}

/** Where to send to, and where to ask. */
export function EndpointsSection({ status }: { status: StatusAnswer }) {
  const { endpoints } = status
  const here = (url: string) => reachable(url, globalThis.location.hostname)
  return (
    <Section title="Endpoints">
      <Figures>
        <Address name="OTLP over HTTP" url={here(endpoints.otlpHttp)} />
        <Address name="OTLP over gRPC" url={here(endpoints.otlpGrpc)} />
        <Address name="UI and API" url={here(endpoints.ui)} />
        <Address name="PromQL, for Grafana" url={`${here(endpoints.ui)}/prometheus`} />
      </Figures>
    </Section>
  )
}

function Address({ name, url }: { name: string; url: string }) {
  return (
    <Figure name={name}>
      <span className={styles.address}>
        {url}
        <CopyButton text={url} label={`Copy the address of ${name}`} />
      </span>
    </Figure>
  )
}
