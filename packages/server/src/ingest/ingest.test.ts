/** Decoding on the thread that receives; `ingest-thread.test.ts` has the same with a thread for it. */
import './ingest.case.ts'
