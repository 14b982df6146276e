import { nameColour, severityColours } from '../theme/colours.ts'
import { printDuration } from '../time/format.ts'
import styles from './labels.module.css'
import { printCount } from './units.ts'

/** A service with its steady colour. */
export function ServiceLabel({ service }: { service: string }) {
  return (
    <span className={styles.service} title={service}>
      <span className={styles.swatch} style={{ background: nameColour(service) }} aria-hidden />
      <span className="cut">{service === '' ? '(no service name)' : service}</span>
    </span>
  )
}

/** The first of some services, and how many more; hover has them all. */
export function ServiceLabels({ services }: { services: readonly string[] }) {
  return (
    <span className={styles.services} title={services.join(', ')}>
      <ServiceLabel service={services[0] ?? ''} />
      {services.length > 1 && <span className="quiet">+{services.length - 1}</span>}
    </span>
  )
}

/** A duration given in nanoseconds; hover has it to the nanosecond. */
export function Duration({ nano }: { nano: number }) {
  return (
    <span className="data" title={`${printCount(nano)} ns`}>
      {printDuration(nano)}
    </span>
  )
}

export type Severity = keyof typeof severityColours

/** Severity as a word with a shape, so that it can be told without colour. */
export function SeverityLabel({ severity, text }: { severity: Severity; text?: string }) {
  return (
    <span className={styles.severity} style={{ color: severityColours[severity] }} title={text || severity}>
      <SeverityShape severity={severity} />
      {severity === 'unset' ? '–' : severity}
    </span>
  )
}

/** Severe is filled and pointed, harmless is small and hollow. */
export function SeverityShape({ severity }: { severity: Severity }) {
  return (
    <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden className={styles.shape} fill="currentColor">
      {severity === 'fatal' && <path d="M3 0h4l3 3v4l-3 3H3L0 7V3z" />}
      {severity === 'error' && <rect x="1" y="1" width="8" height="8" />}
      {severity === 'warn' && <path d="M5 0.5 10 9.5H0z" />}
      {severity === 'info' && <circle cx="5" cy="5" r="3.2" />}
      {(severity === 'debug' || severity === 'trace' || severity === 'unset') && (
        <circle cx="5" cy="5" r="2.6" fill="none" stroke="currentColor" strokeWidth="1.3" />
      )}
    </svg>
  )
}

/** The severity range of an OpenTelemetry severity number. */
export function severityOf(number: number): Severity {
  if (number >= 21) return 'fatal'
  if (number >= 17) return 'error'
  if (number >= 13) return 'warn'
  if (number >= 9) return 'info'
  if (number >= 5) return 'debug'
  return number >= 1 ? 'trace' : 'unset'
}
