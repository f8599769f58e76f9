/** Things the owner should hear of, beside the events of single sessions; the log shows them. */
export type Notice =
  /** Somebody changed our rules or elements by hand; they are in order again. */
  | { readonly type: 'tampered'; readonly repaired: 'elements' | 'rules' | 'table'; readonly detail: string }
  /** The kernel tracks nearly as many connections as it can. */
  | { readonly type: 'conntrack'; readonly count: number; readonly max: number }
  | { readonly type: 'helper'; readonly up: boolean }
