import { expect, test } from 'vitest'
import { type Choices, fillPromql, fillSearch, variablesIn } from './fill-question.ts'

const choices: Choices = new Map([
  ['job', { values: ['web'] }],
  ['jobs', { values: ['a.b', 'c|d'] }],
  ['all', { values: [], isAll: true }],
  ['evil', { values: ['x"} or vector(1) #\\'] }],
  ['tick', { values: ["it's `x`"] }],
  ['key', { values: ['http_route', 'job'] }],
  ['dotted', { values: ['http.route'] }],
  ['word', { values: ['or'] }],
  ['bars', { values: [') | count'] }],
  ['limit', { values: ['250ms'] }],
  ['__interval', { values: ['30s'] }],
])

const wrong = (filled: ReturnType<typeof fillPromql>) => ('wrong' in filled ? filled : filled.text)

test.each([
  ['up{job="$job"}', 'up{job="web"}'],
  [`up{job=~"\${jobs}"}`, 'up{job=~"(?:a\\\\.b|c\\\\|d)"}'],
  ['up{job=~"$all"}', 'up{job=~".*"}'],
  ['up{job="$evil"}', 'up{job="x\\"} or vector(1) #\\\\"}'],
  ["up{job='$tick'}", "up{job='it\\'s `x`'}"],
  ['up{job="$tick"}', 'up{job="it\'s `x`"}'],
  ['up{job=~`$jobs`}', 'up{job=~`(?:a\\.b|c\\|d)`}'],
  ['sum by ($key) (rate(x[$__interval]))', 'sum by (http_route, job) (rate(x[30s]))'],
  ['x_$job # of $job', 'x_web # of $job'],
  ['label_replace(x, "a", "$1", "b", "(.*)$")', 'label_replace(x, "a", "$1", "b", "(.*)$")'],
])('%s asks PromQL for %s', (text, expected) => {
  expect(fillPromql(text, choices)).toEqual({ text: expected })
})

test.each([
  ['x + $evil', 4, /outside of quotes/],
  ['x $word y', 2, /outside of quotes/],
  ['x[$all]', 2, /all of them/],
  ['x{a="$jobs"}', 5, /several values of \$jobs .*=~/],
  ['x{a="$nothing"}', 5, /there is no variable \$nothing/],
  ['x{a=`$tick`}', 5, /backtick/],
  // A quote that is never closed opens nothing.
  ['x{a="$evil', 5, /outside of quotes/],
])('%s is refused at %i', (text, position, sentence) => {
  expect(wrong(fillPromql(text, choices))).toMatchObject({ position, wrong: expect.stringMatching(sentence) })
})

test.each([
  ['service:$job level:error', 'service:"web" level:error'],
  ['service:$jobs', 'service:("a.b" OR "c|d")'],
  ['service:$all | count', 'service:* | count'],
  ['service:$evil', 'service:"x\\"} or vector(1) #\\\\"'],
  ['(-path:$job) "order $job"', '(-path:"web") "order web"'],
  ['duration>$limit', 'duration>250ms'],
  ['path:/^\\/$jobs$/', 'path:/^\\/(?:a\\.b|c\\|d)$/'],
  ['level:error | count by ($dotted) | timeseries $__interval', 'level:error | count by (http.route) | timeseries 30s'],
  ['path:/api/$job', 'path:/api/web'],
])('%s searches for %s', (text, expected) => {
  expect(fillSearch(text, choices)).toEqual({ text: expected })
})

test.each([
  ['a | count by ($bars)', 14, /outside of quotes/],
  // Slashes mean nothing behind a bar.
  ['a | count by /$bars/', 14, /outside of quotes/],
  ['path:/api/$evil', 10, /outside of quotes/],
  ['level>=$all', 7, /cannot be compared with/],
])('the search %s is refused at %i', (text, position, sentence) => {
  expect(wrong(fillSearch(text, choices))).toMatchObject({ position, wrong: expect.stringMatching(sentence) })
})

test('variables of a question are named once', () => {
  expect(variablesIn(`a{b="$x", c="\${y:regex}"} + $x + $1`)).toEqual(['x', 'y'])
})
