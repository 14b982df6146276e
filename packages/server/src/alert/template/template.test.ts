import { expect, test } from 'vitest'
import { expandTemplate, templateVariables } from './expand.ts'
import { functionNames } from './functions.ts'
import { TemplateSample } from './go-format.ts'
import { parseTemplate } from './parse-template.ts'

const names = { functions: functionNames, variables: templateVariables }
const answers = new Map([
  ['up', [new TemplateSample(new Map([['instance', 'b']]), 1), new TemplateSample(new Map([['instance', 'a']]), 11)]],
  ['none', []],
])

function expand(text: string, value: number | string = 0.25): string {
  const template = parseTemplate(text, names)
  if (!Array.isArray(template))
    return `${'offset' in template ? template.offset : ''}: ${'message' in template ? template.message : ''}`
  const labels = new Map([
    ['instance', 'localhost:9090'],
    ['job', 'api'],
  ])
  const data = { labels, value, externalLabels: new Map([['region', 'eu']]), externalUrl: 'http://here/prefix' }
  const expanded = expandTemplate(template, data, { nowMs: 5000, answers })
  return expanded.kind === 'text'
    ? expanded.text
    : expanded.kind === 'asks'
      ? `asks ${expanded.query}`
      : `failed: ${expanded.message}`
}

test.each<[string, string]>([
  ['plain }} text', 'plain }} text'],
  ['{{ $labels.instance }} of {{ .Labels.job }} at {{ $value }}', 'localhost:9090 of api at 0.25'],
  ['{{ $labels.missing }}|{{ $externalLabels.region }}|{{ $externalURL }}', '|eu|http://here/prefix'],
  ['a {{- /* nothing */ -}} b', 'ab'],
  ['a {{- "x" -}} b{{- "y" }} c', 'axby c'],
  ['{{ if gt $value 0.5 }}high{{ else if gt $value 0.2 }}middle{{ else }}low{{ end }}', 'middle'],
  ['{{ with $labels.job }}of {{ . }}{{ else }}none{{ end }}', 'of api'],
  ['{{ with $labels.missing }}of {{ . }}{{ else }}none{{ end }}', 'none'],
  ['{{ range query "up" }}{{ .Labels.instance }}={{ .Value }} {{ end }}', 'b=1 a=11 '],
  ['{{ range $i, $v := query "up" | sortByLabel "instance" }}{{ $i }}:{{ $v.Labels.instance }} {{ end }}', '0:a 1:b '],
  ['{{ range query "none" }}x{{ else }}none{{ end }}', 'none'],
  [
    '{{ range query "up" }}{{ if eq .Labels.instance "a" }}{{ continue }}{{ end }}{{ .Value }}{{ break }}{{ end }}',
    '1',
  ],
  ['{{ range $name, $value := $labels }}{{ $name }}={{ $value }};{{ end }}', 'instance=localhost:9090;job=api;'],
  ['{{ query "up" | first | value }} {{ query "up" | first | label "instance" }}', '1 b'],
  ['{{ (query "up" | first).Labels.instance }}', 'b'],
  ['{{ query "none" | first }}', 'failed: first() called on vector with no elements'],
  ['{{ query "other" | first }}', 'asks other'],
  ['{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ end }}{{ $x }}', '2'],
  ['{{ $x := "a" }}{{ if true }}{{ $x := "b" }}{{ $x }}{{ end }}{{ $x }}', 'ba'],
  ['{{ and $labels.job "x" }} {{ or "" "y" }} {{ not true }}', 'x y false'],
  ['{{ gt $value 1 }}', 'failed: incompatible types for comparison: float64 and int'],
  ['{{ eq $labels.job "web" "api" }} {{ ne 1 2 }} {{ le 2 2 }}', 'true true true'],
  ['{{ len $labels }} {{ len "abc" }} {{ index $labels "job" }}', '2 3 api'],
  ['{{ $labels.job | toUpper | printf "%5s|%-5s|%q" "a" }}', '    a|API  |%!q(MISSING)'],
  ['{{ printf "%.2f %d %v %s %t %x %%" 1.005 3 $value "s" true 255 }}', '1.00 3 0.25 s true ff %'],
  ['{{ printf "%d" 1.5 }} {{ printf "%.1f" 1 }} {{ printf "a" 1 }}', '%!d(float64=1.5) %!f(int=1) a%!(EXTRA int=1)'],
  ['{{ printf "%.0f %.0f %.0f %05.1f %+d" 0.5 1.5 2.5 2.25 3 }}', '0 2 2 002.2 +3'],
  ['{{ printf "%.3g %g %e" 1234567.0 1000000.0 12.5 }}', '1.23e+06 1e+06 1.250000e+01'],
  ['{{ print 1 2 "a" 3 }}', '1 2a3'],
  ['{{ match "^a.*" $labels.job }} {{ match "^b" $labels.job }}', 'true false'],
  [`{{ reReplaceAll "(.*):(.*)" "$2:\${1}x" $labels.instance }}`, '9090:localhostx'],
  ['{{ reReplaceAll "a(?P<rest>p)" "<$rest>" $labels.job }}', '<p>i'],
  ['{{ title "some words" }} {{ toLower "ABC" }}', 'Some Words abc'],
  [
    '{{ stripPort $labels.instance }} {{ stripDomain "web.example.com:80" }} {{ stripDomain "10.0.0.1:80" }}',
    'localhost web:80 10.0.0.1:80',
  ],
  ['{{ humanize 1234567.0 }} {{ humanize 0.00012 }} {{ humanize 0.0 }} {{ humanize "12345" }}', '1.235M 120u 0 12.35k'],
  ['{{ humanize1024 1048576.0 }} {{ humanize1024 1023.0 }}', '1Mi 1023'],
  [
    '{{ humanizeDuration 0.01 }} {{ humanizeDuration 59.5 }} {{ humanizeDuration 3661.0 }} {{ humanizeDuration 90061.0 }}',
    '10ms 59.5s 1h 1m 1s 1d 1h 1m 1s',
  ],
  ['{{ humanizeDuration -65.0 }} {{ $value | humanizePercentage }}', '-1m 5s 25%'],
  [
    '{{ humanizeTimestamp 1435065584.128 }} {{ 0.0 | humanizeTimestamp }}',
    '2015-06-23 13:19:44.128 +0000 UTC 1970-01-01 00:00:00 +0000 UTC',
  ],
  ['{{ parseDuration "1h2m10ms" }} {{ now }} {{ pathPrefix }}', '3720.01 5 /prefix'],
  ['{{ tableLink "up > 1" }}', '/graph?g0.expr=up+%3E+1&g0.tab=1'],
  [
    '{{ $ }}',
    'map[ExternalLabels:map[region:eu] ExternalURL:http://here/prefix Labels:map[instance:localhost:9090 job:api] Value:0.25]',
  ],
  [
    '{{ $.labels.job }}',
    "failed: can't evaluate field labels: there are .Labels, .Value, .ExternalLabels and .ExternalURL",
  ],
  ['{{ $labels.job.more }}', "failed: can't evaluate field more in type string"],
  ['{{ `raw "text"` }}{{ "a\\"b\\n" }}', 'raw "text"a"b\n'],
])('%s', (text, expected) => {
  expect(expand(text)).toBe(expected)
})

test.each<[string, string]>([
  ['{{ $label.foo }}', '3: undefined variable "$label"'],
  ['{{ unknown 1 }}', '3: function "unknown" not defined'],
  ['a {{ if $value }}b', '2: {{if}} has no {{end}}'],
  ['{{ end }}', '0: unexpected {{end}}'],
  ['{{ $labels.job', '0: unclosed action'],
  ['{{ "open }}', '3: unterminated quoted string'],
  ['{{ }}', '3: a value is missing'],
  ['{{ 1 | 2 }}', '7: what is piped into has to be a function'],
  ['{{ (len "a" }}', '3: unclosed parenthesis'],
  ['{{ break }}', '3: {{break}} outside {{range}}'],
  ['{{ template "x" }}', '3: {{template}} is not supported in rules; write the text where it is needed'],
  ['{{ range $i := $labels }}{{ end }}{{ $i }}', '37: undefined variable "$i"'],
  ['{{/* open', '0: unclosed comment'],
  ['{{ $value % 2 }}', '10: unexpected "%" in an action'],
])('%s is refused', (text, expected) => {
  expect(expand(text)).toBe(expected)
})

test('values are written as Go writes them', () => {
  const values = [1, 1e6, 1e20, 1e21, 123456.5, 0.0001, 0.00001, -0.5, Number.NaN, Infinity]
  expect(values.map((value) => expand('{{ $value }}', value)).join(' ')).toBe(
    '1 1e+06 1e+20 1e+21 123456.5 0.0001 1e-05 -0.5 NaN +Inf',
  )
  expect(expand('{{ $value | humanize }}', Infinity)).toBe('+Inf')
})
