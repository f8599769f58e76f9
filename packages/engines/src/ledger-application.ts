import { createApplication } from '@conet/core/ledger'
import { checkTermsBy, ledgerModules } from '@conet/core/ledger/modules'
import { SERVICE_TYPES } from '@conet/core/services'
import type { ApplicationFactory } from './contract-application.js'
import { nodeSha256, nodeVerify } from './crypto/index.js'
import { useNativeHasher } from './native-hasher.js'

/** The Conet ledger with all its modules and the native verifier: what engines drive unless told otherwise. */
export const ledgerApplication: ApplicationFactory = storage => {
  useNativeHasher()
  const modules = ledgerModules(checkTermsBy(SERVICE_TYPES))
  return createApplication({ modules, storage, sha256: nodeSha256, verify: nodeVerify })
}
