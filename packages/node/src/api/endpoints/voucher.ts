import { Type } from '@sinclair/typebox'
import { VoucherAnswer } from '../answers/index.js'
import { endpoint } from '../endpoint.js'
import { unwrap } from '../errors.js'
import { EnvelopeForm, SidForm } from '../forms.js'

/** POST /v1/sessions/:sid/vouchers: paying without a WebSocket. */
export const postVoucher = endpoint({
  method: 'POST',
  path: '/v1/sessions/:sid/vouchers',
  summary: 'A signed voucher; answers when it is durable and access is extended',
  expensive: true,
  params: Type.Object({ sid: SidForm }),
  body: Type.Object({ voucher: EnvelopeForm }),
  answer: VoucherAnswer,
  handle: async ({ provider }, { params, body }) => ({ ack: unwrap(await provider.voucher(params.sid, body.voucher)) }),
})
