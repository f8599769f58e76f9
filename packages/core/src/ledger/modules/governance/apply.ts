import { reject } from '../../../errors/index.js'
import { schedule } from '../../due.js'
import { body, text } from '../../fields.js'
import { accept, transition } from '../../module.js'
import { waiting } from './applications.js'
import { governanceParams } from './params.js'
import { applications, members, totalsOf } from './state.js'

/**
 * Printable text on one line: no control, direction mark, surrogate, noncharacter or private character, and no blank but
 * the space. Written as ranges because the Unicode tables of two engine versions may differ.
 */
const NOTE =
  /^[\u0020-\u007e\u00a1-\u00ac\u00ae-\u061b\u061d-\u167f\u1681-\u1fff\u2010-\u2027\u2030-\u205e\u2070-\u2fff\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufefe\uff00-\uffef\ufffc\ufffd\u{10000}-\u{1fffd}\u{20000}-\u{2fffd}\u{30000}-\u{3fffd}]{0,200}$/u

const parse = body({ note: text(NOTE) })

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
