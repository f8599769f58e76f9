export { agreeAsHolder, agreementKey, agreeWithHolder } from './agreement.js'
export * from './codes.js'
export * from './did/conet/index.js'
export { getResolver, type ReadHistory, versionQuery } from './did/index.js'
export {
  decodeDidKey,
  decodeDidKeyUrl,
  didKeyDocument,
  didKeyUrl,
  encodeDidKey,
  resolveDidKey,
} from './did/key/index.js'
export { checkPublicKey, screenPublicKey } from './key.js'
export { decodeMultikey, encodeMultikey, type Multikey, signerMultikey } from './multikey.js'
export { checkSignatureForm, verify, verifyBytes } from './signature.js'
export { type KeySigner, publicKeyFromSeed, sha256, signerFromSeed } from './signer.js'
