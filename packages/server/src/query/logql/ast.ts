/**
 * The part of Loki's LogQL that Grafana's Explore writes: selectors, line and label filters, counts over time and
 * aggregations of them. `position` is an offset in the text.
 */
export type LogQl = LogSelection | LogMetric

export type MatchOperator = '=' | '!=' | '=~' | '!~'
export type LabelMatch = { label: string; operator: MatchOperator; value: string }
export type LineFilter = { is: 'line'; operator: '|=' | '!=' | '|~' | '!~'; texts: string[] }
/** After the stream selector: on any attribute, with numbers too. */
export type LabelFilter =
  | ({ is: 'label' } & LabelMatch)
  | { is: 'number'; label: string; operator: '==' | '!=' | '>' | '>=' | '<' | '<='; value: number }
  | { is: 'and' | 'or'; terms: [LabelFilter, LabelFilter] }
export type LogFilter = LineFilter | { is: 'filter'; filter: LabelFilter }

export type LogSelection = { is: 'logs'; selector: LabelMatch[]; filters: LogFilter[] }

export type RangeFunction = 'count_over_time' | 'rate' | 'bytes_over_time' | 'bytes_rate'
export type Aggregator = 'sum' | 'avg' | 'min' | 'max' | 'count' | 'topk' | 'bottomk'
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%'

export type LogMetric =
  | { is: 'number'; value: number }
  | { is: 'vector'; value: number }
  | { is: 'range'; function: RangeFunction; logs: LogSelection; rangeMs: number; offsetMs: number }
  | {
      is: 'aggregate'
      aggregator: Aggregator
      grouping: Grouping
      /** Of topk and bottomk. */
      limit: number
      of: LogMetric
    }
  | { is: 'arithmetic'; operator: ArithmeticOperator; left: LogMetric; right: LogMetric }

/** `without` everything of nothing is each series for itself; `by` nothing is one group. */
export type Grouping = { how: 'by' | 'without'; labels: string[] }
