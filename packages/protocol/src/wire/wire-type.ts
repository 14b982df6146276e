/**
 * Protobuf on the wire: a message is a run of entries, each `varint(number << 3 | wire type)` and then a value.
 * A reader that does not know a number skips its value by the wire type alone.
 */
export const wireType = { varint: 0, fixed64: 1, bytes: 2, groupStart: 3, groupEnd: 4, fixed32: 5 } as const

export const wireTypeNames = ['varint', 'fixed64', 'bytes', 'group start', 'group end', 'fixed32', '6', '7'] as const
