import { assetId } from '../../fields.js'
import { defineParams } from '../../module.js'

/**
 * `repayPerStep`: most debts that one income pays at once; what is left goes on in the next block. `feeAsset`: what fees are
 * paid in, to its issuer. `freeAssetsPerHour`: so many assets may be defined for nothing, all signers together; further ones cost
 * `assetFee` (smallest units; 1 credit by default). Ten records of 100 bytes an hour are 9 MB a year.
 */
export const accountsParams = defineParams(
  'accounts',
  { repayPerStep: 16, feeAsset: 'credit', freeAssetsPerHour: 10, assetFee: 1_000_000 },
  params => {
    if (params.repayPerStep < 1 || params.repayPerStep > 1000) return 'repayPerStep'
    if (assetId.read(params.feeAsset) === undefined) return 'feeAsset'
    if (params.freeAssetsPerHour < 0 || params.freeAssetsPerHour > 1_000_000) return 'freeAssetsPerHour'
    return params.assetFee < 0 ? 'assetFee' : undefined
  },
)
