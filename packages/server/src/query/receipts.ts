import type { ReceiptsAnswer } from '@wakeline/protocol'
import type { Refused } from '../base/refused.ts'
import {
  type BaselineRow,
  baselineSql,
  type InstanceServiceRow,
  instanceServicesSql,
  type ReceiptRow,
  receiptsSql,
} from './plan/receipts.ts'
import type { Running } from './run.ts'
import type { TimeRange } from './time-range.ts'
import { receiptsByInstance } from './view/receipts.ts'

/** Minutes of instances and signals: 20 instances for a day and a half. */
const rowsMax = 100_000

export async function askReceipts(range: TimeRange, running: Running): Promise<ReceiptsAnswer | Refused> {
  const rows = await running.rows<ReceiptRow>(receiptsSql(range, rowsMax))
  if (rows.length === rowsMax) {
    return {
      refused: 'invalid_request',
      message: `Cannot show receipts: there are more than ${rowsMax} minutes of instances; ask for a shorter time`,
    }
  }
  const baselines = await running.rows<BaselineRow>(baselineSql(range, rowsMax))
  const instances = [...new Set(rows.map(({ instance }) => instance))]
  const names = instances.length === 0 ? [] : await running.rows<InstanceServiceRow>(instanceServicesSql(instances))
  const services = new Map(names.map(({ instance, name }) => [instance, name]))
  return { instances: receiptsByInstance(rows, baselines, services), cost: running.cost() }
}
