import { printAttribute } from '@wakeline/protocol'
import type { Label } from '../promql/evaluate/labels.ts'
import { attributeValue } from '../view/attributes.ts'
import type { ResourceRow } from './plan.ts'

/** What the labels of a series have from the resource that sent it. */
export type Origin = {
  labels: readonly Label[]
  /** Which of the labels are not empty, a bit each. */
  shown: number
  attributes: ReadonlyMap<string, string>
}

export function originOf(row: ResourceRow | undefined): Origin {
  const attributes = firstOfEach(row?.keys ?? [], row === undefined ? [] : labelTexts(row))
  const name = attributes.get('service.name') ?? ''
  const namespace = attributes.get('service.namespace') ?? ''
  const job = namespace !== '' && name !== '' ? `${namespace}/${name}` : name
  const instance = attributes.get('service.instance.id') ?? ''
  return {
    labels: [
      ['job', job],
      ['instance', instance],
    ],
    shown: (job === '' ? 0 : 1) + (instance === '' ? 0 : 2),
    attributes,
  }
}

/** Lists and maps, such as `process.command_args`, are stored as OTLP writes them; a label is their plain JSON. */
function labelTexts({ values, types }: ResourceRow): readonly string[] {
  if (!/[ak]/.test(types)) return values
  return values.map((text, i) => {
    const type = types.charAt(i)
    return type === 'a' || type === 'k' ? printAttribute(attributeValue(text, type)) : text
  })
}

/** Of keys that are there twice, the first counts. */
export function firstOfEach(keys: readonly string[], values: readonly string[]): Map<string, string> {
  const attributes = new Map<string, string>()
  keys.forEach((key, i) => {
    if (!attributes.has(key)) attributes.set(key, values[i] ?? '')
  })
  return attributes
}

const labelsOfOrigin = ['job', 'instance']
export const isOfOrigin = (name: string): boolean => labelsOfOrigin.includes(name)

/** Of resources, by their ids. */
export type Origins = ReadonlyMap<string, Origin>
/** Of a resource that is not there any more. */
export const unknownOrigin = originOf(undefined)
