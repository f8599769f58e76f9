/**
 * The tables, the same on SQLite and PostgreSQL. Every SQL integer stays below 2^53; amounts are decimal text, because they
 * do not fit 64 bits. Prices are whole numbers all the same: the ledger takes rates up to 10^15 only (TERMS_LIMITS).
 */
export interface Tables {
  cursor: { id: number; lid: string; height: number; time_ms: number; app_hash: string }
  blocks: { height: number; time_ms: number; app_hash: string; txs: number }
  txs: { height: number; idx: number; hash: string; code: string; data: string }
  /** One row per party of a movement of money. */
  entries: {
    height: number
    seq: number
    account: string
    time_ms: number
    type: string
    direction: string
    asset: string
    amount: string
    counterparty: string | null
    hash: string | null
  }
  offers: {
    id: string
    version: number
    provider: string
    type: string
    body: string
    lat_e6: number
    lon_e6: number
    radius_m: number
    /** 0 once withdrawn or expired. */
    live: number
    expires_at: number
    height: number
  }
  offer_cells: {
    cell: string
    offer_id: string
    provider: string
    type: string
    slice: string
    /** One GiB in one hour. */
    price: number
    per_gib: number
    per_hour: number
    lat_e6: number
    lon_e6: number
    radius_m: number
    expires_at: number
    /** 63 − trust: ascending order is best first. */
    trust_rank: number
  }
  networks: { did: string; name: string; network_type: string; body: string; height: number }
  requests: { id: string; owner: string; kind: string; body: string; live: number; expires_at: number; height: number }
  /** One row per series (LED-82): vouchers of one session that pay others do not count against each other. */
  sessions: {
    client: string
    sid: string
    series: string
    provider: string
    asset: string
    paid: string
    round: number
    settlements: number
    state: string
    height: number
  }
  settlements: {
    height: number
    seq: number
    client: string
    sid: string
    provider: string
    asset: string
    round: number
    amount: string
    time_ms: number
  }
  quality: { provider: string; sessions: number; trust: number }
}
