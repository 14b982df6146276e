import { expect, test } from 'vitest'
import { readScrapeConfigs } from './read-config.ts'

function read(text: string, otherNames: readonly string[] = []) {
  return readScrapeConfigs('/etc/prometheus.yml', text, otherNames)
}

test('a configuration is read with the defaults of Prometheus', () => {
  const answer = read(`
global: { scrape_interval: 15s, external_labels: { a: b } }
rule_files: [x.yml]
scrape_configs:
  - job_name: node
    scrape_timeout: 5s
    static_configs: [{ targets: ['a:9100', 'b:9100'], labels: { env: prod } }]
    file_sd_configs: [{ files: [targets/*.json] }]
    basic_auth: { username: me, password_file: secret }
    sample_limit: 1000
    body_size_limit: 10MB
    relabel_configs: [{ source_labels: [__address__], regex: 'a.*', action: drop }]
`)
  if ('errors' in answer) throw new Error(answer.errors.join('\n'))
  expect(answer.warnings).toEqual([
    '"rule_files" in /etc/prometheus.yml is not used: here only global and scrape_configs are',
  ])
  expect(answer.configs).toMatchObject([
    {
      jobName: 'node',
      intervalMs: 15_000,
      timeoutMs: 5_000,
      scheme: 'http',
      metricsPath: '/metrics',
      honorLabels: false,
      honorTimestamps: true,
      sampleLimit: 1000,
      bodySizeMaxBytes: 10 * 1024 * 1024,
      authorization: { kind: 'basic', username: { text: 'me' }, password: { path: '/etc/secret' } },
      staticGroups: [{ targets: ['a:9100', 'b:9100'], labels: new Map([['env', 'prod']]) }],
      fileDiscoveries: [{ patterns: ['/etc/targets/*.json'], refreshMs: 300_000 }],
      relabelRules: [{ action: 'drop', sourceLabels: ['__address__'], separator: ';' }],
    },
  ])
})

const wrong: [string, string, string][] = [
  [
    'an unknown name',
    'scrape_configs:\n- job_name: a\n  scrape_intervall: 5s',
    'Cannot read /etc/prometheus.yml:3: there is no "scrape_intervall" in a scrape config.',
  ],
  [
    'an unknown name on top',
    'scrape_config: []',
    'Cannot read /etc/prometheus.yml:1: there is no "scrape_config" in the configuration.',
  ],
  [
    'no job name',
    'scrape_configs:\n- scheme: http',
    'Cannot read /etc/prometheus.yml:2: a scrape config has no job_name.',
  ],
  [
    'no time',
    'global:\n  scrape_interval: 5',
    'Cannot read /etc/prometheus.yml:2: scrape_interval is "5" and is expected as a time such as 15s or 1m30s.',
  ],
  [
    'a long timeout',
    'scrape_configs:\n- job_name: a\n  scrape_interval: 5s\n  scrape_timeout: 6s',
    'Cannot read /etc/prometheus.yml:2: the scrape_timeout of 6000 ms is longer than the scrape_interval of 5000 ms.',
  ],
  [
    'a bad regex',
    'scrape_configs:\n- job_name: a\n  relabel_configs:\n  - regex: "("\n    target_label: x',
    'Cannot read /etc/prometheus.yml:4: the regex "(" is none: missing closing ): `(`.',
  ],
  [
    'hashmod without its modulus',
    'scrape_configs:\n- job_name: a\n  relabel_configs:\n  - action: hashmod\n    target_label: x',
    'Cannot read /etc/prometheus.yml:4: the action hashmod needs a modulus of at least 1.',
  ],
  [
    'another discovery',
    'scrape_configs:\n- job_name: a\n  dns_sd_configs: []',
    'Cannot read /etc/prometheus.yml:3: "dns_sd_configs" is not supported; write what it finds into files and name them in file_sd_configs.',
  ],
  [
    'two of a job',
    'scrape_configs:\n- job_name: a\n- job_name: a',
    'Cannot read /etc/prometheus.yml:1: two scrape configs have the job_name "a".',
  ],
  [
    'two ways of authorization',
    'scrape_configs:\n- job_name: a\n  basic_auth: {username: x}\n  bearer_token: y',
    'Cannot read /etc/prometheus.yml:2: basic_auth and bearer_token are given; a target is asked in one way.',
  ],
  [
    'no YAML',
    'a: [',
    'Cannot read /etc/prometheus.yml:1: Flow sequence in block collection must be sufficiently indented and end with a ].',
  ],
]
test.each(wrong)('%s is an error with its line', (_, text, sentence) => {
  expect(read(text)).toEqual({ errors: [sentence] })
})

test("options of ours may stand in the same file, and what is nobody's may not", () => {
  expect(read('ui-port: 1\nscrape_configs: []', ['ui-port'])).toEqual({ configs: [], warnings: [] })
  expect(read('ui-prot: 1\nscrape_configs: []', ['ui-port'])).toMatchObject({
    errors: [expect.stringContaining('"ui-prot"')],
  })
})
