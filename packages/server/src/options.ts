/**
 * Every option of the server, once: flags, WAKELINE_ variables, the keys of wakeline.yaml, `wakeline help serve` and
 * docs/reference/options.md are all made from this table.
 *
 * The outside name is made from the inside one, its unit left off because values carry their own:
 *
 *   bodySizeMaxBytes   --body-size-max 16MiB   WAKELINE_BODY_SIZE_MAX=16MiB   body-size-max: 16MiB
 *
 * `reload`: a changed value is taken over on SIGHUP; the others need a restart.
 */

export type OptionKind = 'text' | 'path' | 'secret' | 'choice' | 'port' | 'count' | 'bytes' | 'ms'

export type Option<Value> = {
  kind: OptionKind
  initial: Value
  sentence: string
  section: OptionSection
  reload: boolean
  /** Least value taken, of those that are numbers. */
  min: number
  /** All values taken, of a choice. */
  choices: readonly Value[]
}

export const optionSections = ['Listening', 'Storage', 'Receiving', 'Asking', 'Alerting'] as const
export type OptionSection = (typeof optionSections)[number]

type Extra = { reload?: true; min?: number }

const text =
  (kind: 'text' | 'path' | 'secret') =>
  (section: OptionSection, initial: string, sentence: string, extra: Extra = {}): Option<string> => ({
    kind,
    initial,
    sentence,
    section,
    reload: extra.reload ?? false,
    min: 0,
    choices: [],
  })

const amount =
  (kind: 'port' | 'count' | 'bytes' | 'ms') =>
  (section: OptionSection, initial: number, sentence: string, extra: Extra = {}): Option<number> => ({
    kind,
    initial,
    sentence,
    section,
    reload: extra.reload ?? false,
    min: extra.min ?? (kind === 'port' ? 0 : 1),
    choices: [],
  })

/** The first is the default. */
function choice<Value extends string>(
  section: OptionSection,
  choices: readonly [Value, ...Value[]],
  sentence: string,
): Option<Value> {
  return { kind: 'choice', initial: choices[0], sentence, section, reload: false, min: 0, choices }
}

const word = text('text')
const path = text('path')
const secret = text('secret')
const port = amount('port')
const count = amount('count')
const bytes = amount('bytes')
const ms = amount('ms')

const MiB = 1024 * 1024
const seconds = 1000
const days = 86_400 * seconds

export const optionTable = {
  host: word('Listening', '127.0.0.1', 'Address to listen on. Any but a loopback address needs a token.'),
  uiPort: port('Listening', 9253, 'Port of the web UI and the API; 0 takes any free one.'),
  otlpHttpPort: port('Listening', 4318, 'Port that takes OTLP over HTTP; 0 takes any free one.'),
  otlpGrpcPort: port('Listening', 4317, 'Port that takes OTLP over gRPC; 0 takes any free one.'),
  syslogAddress: word(
    'Listening',
    '',
    'Address and port that take syslog over TCP and UDP, as 127.0.0.1:5514; without one, none is taken. No token guards it.',
  ),
  statsdAddress: word(
    'Listening',
    '',
    'Address and port that take StatsD over TCP and UDP, as 127.0.0.1:8125; without one, none is taken. No token guards it.',
  ),
  token: secret(
    'Listening',
    '',
    'Secret that UI, API and senders must show. Prefer the variable or a file: other users of the machine can read flags.',
  ),
  tokenFile: path('Listening', '', 'File whose first line is the token.'),
  directory: path('Storage', '.wakeline', 'Folder that holds all data; made when it is not there.'),
  store: word(
    'Storage',
    '',
    'ClickHouse servers to store in, as http://user@host:8123/database?cluster=name, more hosts after commas; without one the embedded engine.',
  ),
  storePassword: secret(
    'Storage',
    '',
    'Password of that user. Prefer the variable: other users of the machine can read flags.',
  ),
  engineMemoryMaxBytes: bytes(
    'Storage',
    1024 * MiB,
    'Memory of the engine: questions, loads and merges together. Beyond it a question fails, not the server.',
    { min: 256 * MiB },
  ),
  mergesAtOnceMax: count('Storage', 2, 'Merges of stored parts that run at once.'),

  durability: choice<'fsync' | 'os'>(
    'Storage',
    ['fsync', 'os'],
    'What is acknowledged survives a power cut (fsync), or only the end of the server (os), which is faster.',
  ),
  keepSpansMs: ms('Storage', 30 * days, `How long spans are kept, from when they happened or, if later, came in.`, {
    min: days,
    reload: true,
  }),
  keepLogsMs: ms('Storage', 30 * days, 'How long log records are kept, counted alike.', { min: days, reload: true }),
  keepMetricsMs: ms('Storage', 90 * days, 'How long metrics are kept, counted alike.', { min: days, reload: true }),
  keepRollupsMs: ms(
    'Storage',
    400 * days,
    'How long the counts by minute behind pages and charts are kept, counted alike.',
    { min: days, reload: true },
  ),
  storeSizeMaxBytes: bytes(
    'Storage',
    0,
    'Disk space for all of it, beyond which the oldest goes, detail before counts by minute, the last day never; 0 is no limit.',
    { min: 0, reload: true },
  ),
  diskFreeMinBytes: bytes('Storage', 512 * MiB, 'Disk space kept free; below it senders are told to try again later.'),

  bodySizeMaxBytes: bytes('Receiving', 32 * MiB, 'Size of one request, decompressed; larger ones get 413.', {
    min: 1024,
  }),
  bodiesMaxBytes: bytes(
    'Receiving',
    256 * MiB,
    'Requests being received and decoded; beyond it senders are told to try again later.',
  ),
  connectionsMax: count('Receiving', 10_000, 'Connections open at once to each of the ports that receive.'),
  requestTimeoutMs: ms('Receiving', 30 * seconds, 'Longest time from the first byte of a request to its last.'),
  attributesMax: count('Receiving', 128, 'Attributes kept of one record; more are dropped and counted.'),
  valueSizeMaxBytes: bytes(
    'Receiving',
    64 * 1024,
    'Bytes kept of one attribute value or log body; longer ones are cut.',
    { min: 16 },
  ),
  eventsMax: count('Receiving', 128, 'Events, and links, kept of one span; more are dropped and counted.'),
  depthMax: count('Receiving', 32, 'Nesting of arrays and maps in a value; a record with a deeper one is rejected.'),
  redact: choice<'on' | 'off'>(
    'Receiving',
    ['on', 'off'],
    'Secrets (passwords, tokens, keys, by their names and by their form) are replaced by [REDACTED] before anything is stored.',
  ),
  redactKeys: word(
    'Receiving',
    '',
    'Further attributes that are secrets, with commas between: card_number,ssn. Whole keys, or their last words.',
  ),
  stableNames: choice<'on' | 'off'>(
    'Receiving',
    ['on', 'off'],
    'Attributes under old names of the semantic conventions (http.method) can also be asked for under the stable ones.',
  ),
  parseBodies: choice<'on' | 'off'>(
    'Receiving',
    ['on', 'off'],
    'What a log body that is a JSON object or a map holds also stands as attributes beside it.',
  ),
  inferSeverity: choice<'on' | 'off'>(
    'Receiving',
    ['on', 'off'],
    'A log record without a severity gets the one its text shows, and wakeline.severity.from says where it was found.',
  ),
  statsdFlushMs: ms('Receiving', 10 * seconds, 'How often what came by StatsD is stored.', { min: 10 }),
  statsdSeriesMax: count('Receiving', 50_000, 'Series of StatsD kept in memory; lines of others are rejected.'),
  statsdForgetAfterMs: ms('Receiving', 5 * 60 * seconds, 'Silence after which a series of StatsD is forgotten.'),
  scrapeConfig: path(
    'Receiving',
    '',
    'prometheus.yml whose scrape_configs are scraped; the file of --config may have them itself. Read again on SIGHUP.',
    { reload: true },
  ),
  scrapesAtOnceMax: count('Receiving', 100, 'Targets scraped at the same moment; the others wait for their turn.'),
  scrapeTargetsMax: count('Receiving', 10_000, 'Targets of one scrape config; where more are found, none is scraped.'),
  segmentAgeMs: ms(
    'Receiving',
    seconds,
    'Age at which received data is loaded into the store, where it can be asked for; a tenth of it when nothing more comes.',
  ),
  segmentRowsMax: count('Receiving', 300_000, 'Rows at which it is loaded earlier.'),
  segmentSizeMaxBytes: bytes('Receiving', 64 * MiB, 'Bytes at which it is loaded earlier.'),
  waitingMaxBytes: bytes(
    'Receiving',
    2048 * MiB,
    'Data waiting for the store; beyond it senders are told to try again later.',
  ),
  batchKeepMs: ms('Receiving', 15 * 60 * seconds, 'How long a repeated request is recognised and not stored again.'),
  batchesMax: count(
    'Receiving',
    1_000_000,
    'Requests remembered for that, 32 bytes each; beyond it the oldest are forgotten before their time, which is counted.',
  ),
  originsKnownMax: count(
    'Receiving',
    20_000,
    'Resources, and scopes, remembered as stored; more cost a little time, no data.',
  ),
  seriesKnownMax: count('Receiving', 500_000, 'Series remembered as stored; more cost a little time, no data.'),

  queryTimeoutMs: ms('Asking', 30 * seconds, 'Longest time for one question, waiting for its turn included.', {
    reload: true,
  }),
  queryMemoryMaxBytes: bytes('Asking', 512 * MiB, 'Memory of one question.', { min: MiB, reload: true }),
  queryRowsMax: count('Asking', 100_000, 'Rows one question may give back; more is an error, never a silent cut.', {
    reload: true,
  }),
  querySeriesMax: count('Asking', 50_000, 'Series that one PromQL selector may find; more is an error.'),
  querySamplesMax: count(
    'Asking',
    10_000_000,
    'Samples that one PromQL query may read, and points it may make; more is an error.',
  ),
  queriesAtOnceMax: count('Asking', 4, 'Questions that run at once; each holds a thread.'),
  queriesWaitingMax: count('Asking', 64, 'Questions waiting for their turn; more are told to try again later.'),
  tailViewersMax: count('Asking', 20, 'Live tails open at once.'),
  dashboards: word(
    'Asking',
    '',
    "Files of dashboards, one in each, with commas between, stars in their names: dashboards/*.json; in our format or in Grafana's. Read again when they change; they are changed there, not in the page.",
    { reload: true },
  ),
  tailBufferMax: count(
    'Asking',
    1000,
    'Log records waiting for one live tail; when there are more, it is told how many it lost.',
  ),

  rules: word(
    'Alerting',
    '',
    'Rule files of Prometheus, with commas between, stars in their names: rules/*.yml. Read again when they change; one with mistakes is told of, and its last good version goes on.',
    { reload: true },
  ),
  slos: word(
    'Alerting',
    '',
    "Files of service level objectives, with commas between, stars in their names: slos/*.yml; in sloth's format, in OpenSLO's, or in our own. Read again when they change.",
    { reload: true },
  ),
  sloPeriodMs: ms('Alerting', 30 * days, 'Period of objectives whose file gives none.', { min: days }),
  sloWindows: path(
    'Alerting',
    '',
    "Folder with tables of the windows of their alerts, in sloth's format (AlertWindows), for periods of other windows than the usual ones.",
  ),
  evaluationIntervalMs: ms('Alerting', 60 * seconds, 'How often groups of rules are evaluated that give no interval.', {
    min: seconds,
  }),
  alertmanagers: word(
    'Alerting',
    '',
    'Alertmanagers that are told of alerts, with commas between: http://127.0.0.1:9093. Each is told for itself.',
  ),
  notifyConfig: path(
    'Alerting',
    '',
    "An Alertmanager's configuration file: routes, receivers, inhibition, time intervals. Read again when it changes; with mistakes its last good version goes on.",
    { reload: true },
  ),
  alertWebhooks: secret(
    'Alerting',
    '',
    "Addresses that alerts are posted to in the form of an Alertmanager's webhook, with commas between; for who has no --notify-config.",
  ),
  externalUrl: word('Alerting', '', 'Address under which people reach this server, for links in what alerts say.'),
} as const satisfies Record<string, Option<string> | Option<number>>

export type OptionName = keyof typeof optionTable
export type Options = {
  [Name in OptionName]: (typeof optionTable)[Name] extends Option<infer Value> ? Value : never
}

export const optionNames = Object.keys(optionTable).filter((name): name is OptionName => name in optionTable)

/** `bodySizeMaxBytes` is `body-size-max` to the outside. */
export function flagName(name: OptionName): string {
  return name.replace(/(Bytes|Ms)$/, '').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

export function variableName(name: OptionName): string {
  return `WAKELINE_${flagName(name).replaceAll('-', '_').toUpperCase()}`
}
