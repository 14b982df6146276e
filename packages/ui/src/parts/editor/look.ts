import { HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { EditorView } from '@codemirror/view'
import { tags } from '@lezer/highlight'

/** The editor in the colours of theme.css. Few colours: what is called, what is written out, and ink for the rest. */
const parts = HighlightStyle.define([
  {
    tag: [tags.function(tags.variableName), tags.keyword, tags.operatorKeyword, tags.modifier],
    color: 'var(--accent)',
  },
  { tag: [tags.string, tags.number, tags.literal, tags.special(tags.string)], color: 'var(--ok)' },
  { tag: [tags.labelName, tags.propertyName], color: 'var(--info)' },
  { tag: tags.comment, color: 'var(--ink-3)', fontStyle: 'italic' },
])

const surfaces = EditorView.theme({
  '&': { fontSize: '13px', background: 'transparent', color: 'var(--ink)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.55' },
  '.cm-content': { padding: '6px 0', caretColor: 'var(--ink)' },
  '.cm-line': { padding: '0 10px' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    background: 'var(--chosen)',
  },
  '&.cm-focused .cm-matchingBracket': { background: 'var(--chosen)', outline: '1px solid var(--line-strong)' },
  '&.cm-focused .cm-nonmatchingBracket': { background: 'none', color: 'inherit' },
  '.cm-placeholder': { color: 'var(--ink-3)', fontFamily: 'var(--sans)' },
  '.cm-lintRange-error': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--error)',
    textDecorationSkipInk: 'none',
    textUnderlineOffset: '3px',
  },
  '.cm-tooltip': {
    border: '1px solid var(--line-strong)',
    borderRadius: '4px',
    background: 'var(--panel)',
    boxShadow: '0 6px 20px var(--shade)',
    color: 'var(--ink)',
  },
  '.cm-diagnostic': { padding: '5px 10px', fontFamily: 'var(--sans)', fontSize: '12px', maxWidth: '70ch' },
  '.cm-diagnostic-error': { borderLeft: '3px solid var(--error)' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { maxHeight: '320px', fontFamily: 'var(--mono)', fontSize: '12.5px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { display: 'flex', gap: '16px', padding: '2px 10px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': { background: 'var(--chosen)', color: 'var(--ink)' },
  '.cm-completionLabel': { flex: '1' },
  '.cm-completionMatchedText': { color: 'var(--accent)', fontWeight: '600', textDecoration: 'none' },
  '.cm-completionDetail': { color: 'var(--ink-3)', fontFamily: 'var(--sans)', fontStyle: 'normal' },
  '.cm-completionInfo': {
    padding: '6px 10px',
    maxWidth: '44ch',
    color: 'var(--ink-2)',
    fontFamily: 'var(--sans)',
    fontSize: '12px',
  },
})

export const look = [surfaces, syntaxHighlighting(parts)]
