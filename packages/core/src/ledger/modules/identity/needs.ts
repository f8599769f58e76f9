/** The module needs no other: everything else stands on it. */
export const IDENTITY_NEEDS: readonly string[] = []
