/** OTLP numbers. `@opentelemetry/api` counts one less. */
export const spanKind = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const
