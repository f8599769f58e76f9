import type { Endpoint } from '../endpoint.js'
import { getAccount } from './account.js'
import { getBlock } from './block.js'
import { getBlocks } from './blocks.js'
import { closeSession } from './close-session.js'
import { getMembers, getProposal, getProposals, getSignedHeader } from './consortium.js'
import { streamEvents } from './events.js'
import { getGenesis } from './genesis.js'
import { getHealth } from './health.js'
import { getHistory } from './history.js'
import { getIdentifier } from './identifiers.js'
import { getLedgerInfo } from './ledger-info.js'
import { getLedgerSession } from './ledger-session.js'
import { streamBlocks } from './ledger-stream.js'
import { getMetrics } from './metrics.js'
import { getNetwork } from './network.js'
import { getNetworks } from './networks.js'
import { getNode } from './node.js'
import { getOffer } from './offer.js'
import { getOffers } from './offers.js'
import { openSession } from './open-session.js'
import { getPolicy } from './policy-get.js'
import { putPolicy } from './policy-put.js'
import { getProof } from './proof.js'
import { leaveRequest } from './radius-credential.js'
import { getRequests } from './requests.js'
import { getRounds } from './rounds.js'
import { getSession } from './session.js'
import { getSessions } from './sessions.js'
import { getSettlements } from './settlements.js'
import { getStatement } from './statement.js'
import { submitTx } from './submit-tx.js'
import { getTransaction } from './transaction.js'
import { transfer } from './transfer.js'
import { postVoucher } from './voucher.js'
import { getWallet } from './wallet.js'

/** Every path of the node: a new endpoint is a new file and one line here. */
export const ENDPOINTS: readonly Endpoint[] = [
  getHealth,
  getMetrics,
  getIdentifier,
  getNode,
  getOffers,
  getOffer,
  getRequests,
  getNetworks,
  getNetwork,
  openSession,
  getSessions,
  getSession,
  getRounds,
  postVoucher,
  getStatement,
  closeSession,
  leaveRequest,
  getAccount,
  getHistory,
  getProof,
  submitTx,
  getTransaction,
  getLedgerInfo,
  getLedgerSession,
  getSettlements,
  getGenesis,
  getBlocks,
  getBlock,
  streamBlocks,
  getSignedHeader,
  getMembers,
  getProposals,
  getProposal,
  streamEvents,
  getPolicy,
  putPolicy,
  getWallet,
  transfer,
]
