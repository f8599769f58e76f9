import { setHasher } from '@chainsafe/persistent-merkle-tree'

/**
 * The native batch hasher for the state tree, 15 times as fast as the portable one and equal in result. It is prebuilt
 * for the usual systems; on any other one the portable hasher stays.
 */
const native = await import('@chainsafe/persistent-merkle-tree/hasher/hashtree').catch(() => undefined)

/** Chooses the fastest hasher there is for this process. */
export function useNativeHasher(): void {
  if (native !== undefined) setHasher(native.hasher)
}
