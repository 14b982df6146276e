import type { Arrival } from '../arrival/arrival.ts'
import type { OpenBlocks } from './open-blocks.ts'

/**
 * The shape of every decoder: bytes of one request in, rows appended to the open blocks.
 *
 * A record never becomes a JS object. What is wrong with one record costs that record alone (it is rejected and
 * counted); what is wrong with the request as a whole refuses it, and then no row of it stays in the blocks.
 */
export type Decode = (body: Uint8Array, into: DecodeTarget) => Decoded | Refused

/** Where the rows go, and what a decoder may not know by itself. */
export type DecodeTarget = {
  blocks: OpenBlocks
  /** Arrival: stands in where a sender gave no time. */
  nowUnixMs: number
  limits: DecodeLimits
  /** What is done to records besides storing them as they were sent; undefined where nothing is. */
  arrival?: Arrival | undefined
  /** What is not stored for now, as `shedding.ts` numbers it; 0, or absent, is nothing. */
  shedLevel?: number
}

/** What is kept of one record. A sender that goes beyond loses the excess, not the record, where that is possible. */
export type DecodeLimits = {
  /** Attributes kept of one record; more are dropped and counted in `dropped_attributes`. */
  attributesMax: number
  /** Bytes kept of one attribute value or log body. Longer ones are cut at a character's end. */
  valueSizeMaxBytes: number
  /** Events, and links, kept of one span. */
  eventsMax: number
  /** Nesting of arrays and kvlists. A deeper record is rejected. */
  depthMax: number
}

/** What became of the records of a request. Of metrics, data points are counted. */
export type Decoded = {
  accepted: number
  rejected: number
  /** Of the rejected, those that only found no room. */
  shed?: number
  /** Why the first of them was rejected, or what was left out where none was; '' when all is as it was sent. */
  reason: string
  /** Of remote write alone, which tells its senders by kind. */
  written?: { samples: number; histograms: number; exemplars: number }
}

/** The whole request is refused: `refused` is a sentence "Cannot decode <what>: <why>". */
export type Refused = { refused: string }
