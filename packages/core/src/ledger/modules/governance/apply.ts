import { reject } from '../../../errors/index.js'
import { schedule } from '../../due.js'
import { body, text } from '../../fields.js'
import { accept, transition } from '../../module.js'
import { waiting } from './applications.js'
import { governanceParams } from './params.js'
import { applications, members, totalsOf } from './state.js'

const parse = body({ note: text(/^[\p{L}\p{N}\p{P}\p{S} ]{0,200}$/u) })

/** `governance/apply {note}`: whoever wants to become a member says so; a member may then propose the admission (GOV-31). */
export const apply = transition({
  parse,
  apply(store, { signer, body: { note } }, block) {
    const { maxApplications, applicationMs } = governanceParams.read(store)
    if (totalsOf(store).members === 0) return reject('NO_CONSORTIUM')
    if (members.get(store, signer) !== undefined) return reject('ALREADY_MEMBER', { member: signer })
    if (applications.get(store, signer) !== undefined) return reject('APPLICATION_EXISTS', { member: signer })
    if (waiting(store) >= maxApplications) return reject('APPLICATIONS_FULL', { maxApplications })

    const endMs = block.timeMs + applicationMs
    applications.put(store, signer, { note, atMs: block.timeMs, endMs })
    schedule(store, endMs, 'governance/lapse', signer)
    return accept({ type: 'governance/applied', member: signer, note, endMs })
  },
})
