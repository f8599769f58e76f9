import { createApplication } from '@conet/core/ledger'
import { ledgerModules } from '@conet/core/ledger/modules'
import type { ApplicationFactory } from './contract-application.js'
import { useNativeHasher } from './native-hasher.js'
import { nodeSha256, nodeVerify } from './verify/index.js'

/** The Conet ledger with all its modules and the native verifier: what engines drive unless told otherwise. */
export const ledgerApplication: ApplicationFactory = storage => {
  useNativeHasher()
  return createApplication({ modules: ledgerModules(), storage, sha256: nodeSha256, verify: nodeVerify })
}
