import { hash } from '../hash.ts'
import { LogPatterns, printPattern } from '../log-patterns/log-patterns.ts'
import { parameterise } from './parameterise.ts'
import { parseStack, type StackError, type StackFrame } from './parse-stack.ts'

/**
 * Which errors are one and the same. The first of these that there is:
 *
 *   a fingerprint the program gives ─▶ frames of the stack ─▶ type and message without values ─▶ pattern of the message
 *
 * Line numbers never count, so an error stays the same through a deploy. Changed in any way, `version` is raised: what was seen under the
 * one before is then new.
 */
export type ErrorTold = {
  type: string
  message: string
  stack: string
  /** As the program says; `{{ default }}` stands for what it would be without. */
  fingerprint?: readonly string[]
}
export type ErrorFingerprint = {
  hash: string
  /** Of type and innermost frame of the program alone: others with the same may be the same error. */
  looseHash: string
  by: 'fingerprint' | 'stack' | 'exception' | 'message'
  type: string
  /** `charge (pay.ts)`; '' without a stack. */
  culprit: string
}

const version = 'v1'
const framesMax = 30
const framesOfCauseMax = 10

export function errorFingerprint(told: ErrorTold): ErrorFingerprint {
  const errors = told.stack === '' ? [] : parseStack(told.stack)
  const [first] = errors
  const type = told.type === '' ? (first?.type ?? '') : told.type
  const top = first && counted(first.frames)[0]
  const culprit = top === undefined ? '' : printFrame(top)
  const usual = usualParts({ ...told, type }, errors)
  const given = told.fingerprint ?? []
  const parts =
    given.length === 0 ? usual.parts : given.flatMap((part) => (isDefault(part) ? usual.parts : [`given ${part}`]))
  return {
    hash: `${version}:${hash(parts.join('\n'))}`,
    looseHash: `${version}:${hash(culprit === '' ? usual.parts.join('\n') : `${type}\n${culprit}`)}`,
    by: given.length === 0 ? usual.by : 'fingerprint',
    type,
    culprit,
  }
}

const isDefault = (part: string): boolean => /^\{\{\s*default\s*\}\}$/.test(part)

function usualParts(
  told: ErrorTold,
  errors: readonly StackError[],
): Pick<ErrorFingerprint, 'by'> & { parts: string[] } {
  if (errors.some(({ frames }) => frames.length > 0)) {
    const parts = errors.flatMap(({ type, frames }, index) => [
      index === 0 ? told.type : type,
      ...counted(frames)
        .slice(0, index === 0 ? framesMax : framesOfCauseMax)
        .map(printFrame),
    ])
    return { by: 'stack', parts }
  }
  if (told.type !== '') return { by: 'exception', parts: [told.type, parameterise(told.message)] }
  return { by: 'message', parts: [printPattern(new LogPatterns().add(told.message))] }
}

/** Frames of the program, or all where it has none there; a function that calls itself counts once. */
function counted(frames: readonly StackFrame[]): StackFrame[] {
  const own = frames.filter(({ isInApp }) => isInApp)
  const chosen = own.length > 0 ? own : frames.filter(({ file }) => !/^native$|^<|\[native code\]/.test(file))
  return chosen.filter((frame, index) => index === 0 || printFrame(frame) !== printFrame(chosen[index - 1] ?? frame))
}

/** As it is told and counted: no line, and nothing that a build or a host changes. */
export function printFrame(frame: Pick<StackFrame, 'function' | 'file'>): string {
  const file = plainFile(frame.file)
  const name = plainFunction(frame.function)
  return name === '' ? file : file === '' ? name : `${name} (${file})`
}

/** Of a method its own name: not all browsers tell whose it is. */
function plainFunction(name: string): string {
  const bare = name
    .replace(/ \[as [^\]]*\]$/, '')
    .replace(/^(?:async |new |get |set )+/, '')
    .replace(/(?:<anonymous>|\(anonymous.*\))$/, '')
  return bare.includes('.') && !/\.\w*\$|^[a-z]+(?:\.[a-z]+)+\./.test(bare) ? (bare.split('.').at(-1) ?? '') : bare
}

const roots = /^.*\/((?:src|dist|build|lib|out|app|assets)\/)/

/** From the folder of the program on, or its last two parts: without host, query and what a build put into its name. */
function plainFile(file: string): string {
  const path = file
    .replaceAll('\\', '/')
    .replace(/[?#].*$/, '')
    .replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '')
    .replace(/^.*\/(?=node_modules\/)/, '')
  const short = path.startsWith('node_modules/')
    ? path
    : roots.test(path)
      ? path.replace(roots, '$1')
      : path.split('/').slice(-2).join('/')
  return short.replace(
    /[.-](?:[0-9a-f]{6,40}|(?=[\w-]*\d)[\w-]{8,12})(?=\.(?:chunk\.|min\.|bundle\.)?[cm]?[jt]sx?$)/gi,
    '',
  )
}
