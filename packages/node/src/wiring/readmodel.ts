import { resolve } from 'node:path'
import type { Config } from '../config/index.js'
import type { Logger } from '../log/index.js'
import { ReadModel } from '../readmodel/index.js'

/**
 * The read model where the configuration wants it. The log tells of a damaged file: it is put aside, and the ledger fills a new one.
 *
 * @throws ConetError `READMODEL_STORAGE`
 */
export function openReadModel(
  { dataDir, readModel: { sqlite, url } }: Config,
  lid: string,
  log: Logger,
): Promise<ReadModel> {
  const target = url === undefined ? { sqlite: resolve(dataDir, sqlite) } : { url }
  return ReadModel.open(target, lid, (path, err) =>
    log.warn({ err, path }, 'the read model was damaged: its file is put aside, and the ledger fills a new one'),
  )
}
