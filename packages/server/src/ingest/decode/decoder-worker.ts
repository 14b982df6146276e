import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { BlockDecoder } from './decoder.ts'
import type { DecoderAnswer, DecoderQuestion } from './decoder-thread.ts'

/** The thread that decodes: answers what `DecoderThread` asks, one question after the other. */
function run(port: MessagePort, decoder: BlockDecoder): void {
  const tell = (answer: DecoderAnswer, handedOver: ArrayBuffer[] = []): void => port.postMessage(answer, handedOver)
  port.on('message', (question: DecoderQuestion) => {
    if (question.ask === 'forget known') decoder.blocks.forgetKnown()
    else if (question.ask === 'take') {
      const blocks = decoder.blocks.take()
      tell(
        { answer: 'taken', blocks },
        blocks.map(({ bytes }) => bytes.buffer),
      )
    } else tell(answerTo(decoder, question))
  })
}

function answerTo(decoder: BlockDecoder, { job, body }: DecoderQuestion & { ask: 'decode' }): DecoderAnswer {
  try {
    return { answer: 'decoded', outcome: decoder.decode(job, body) }
  } catch (error) {
    return { answer: 'fault', error: error instanceof Error ? error : new Error(String(error)) }
  }
}

if (parentPort !== null) run(parentPort, new BlockDecoder(workerData))
