export { KeyBook } from './keys.js'
export {
  type Granted,
  type RequestOptions,
  readGrant,
  requestGrant,
  type SignedRequest,
  signRequest,
} from './request.js'
export { openSession, Session, type SessionEvent, type SessionOptions } from './session.js'
