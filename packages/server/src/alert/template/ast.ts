/**
 * A template of a label or an annotation: the part of Go's text/template that rule files use.
 *
 *   Instance {{ $labels.instance }} is at {{ $value | humanizePercentage }}{{ if gt $value 0.9 }}, hurry{{ end }}
 */
export type TemplateNode =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'print'; readonly pipeline: Pipeline }
  | TemplateBlock
  | { readonly kind: 'break' }
  | { readonly kind: 'continue' }

export type TemplateBlock = {
  readonly kind: 'if' | 'with' | 'range'
  readonly pipeline: Pipeline
  readonly body: Template
  readonly otherwise: Template
}

export type Template = readonly TemplateNode[]

export type Pipeline = {
  /** `$x := ...` makes them, `$x = ...` changes them; of a range the key and the value. */
  readonly variables: readonly string[]
  readonly isNew: boolean
  readonly commands: readonly Command[]
}

/** The first is what is asked or called, the others are what it is called with. */
export type Command = readonly Operand[]

export type Operand =
  | { readonly kind: 'literal'; readonly value: string | number | bigint | boolean | null }
  | { readonly kind: 'dot'; readonly path: readonly string[]; readonly offset: number }
  | { readonly kind: 'variable'; readonly name: string; readonly path: readonly string[]; readonly offset: number }
  | { readonly kind: 'function'; readonly name: string; readonly offset: number }
  | {
      readonly kind: 'pipeline'
      readonly pipeline: Pipeline
      readonly path: readonly string[]
      readonly offset: number
    }

/** Why a text is no template, and where in it. */
export type TemplateError = { readonly kind: 'template-error'; readonly message: string; readonly offset: number }
