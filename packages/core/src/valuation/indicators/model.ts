/** The three parties whose values decide together whether P-RAN pays (VAL-4). */
export const PLAYERS = ['user', 'sharer', 'mno'] as const
export type PlayerId = (typeof PLAYERS)[number]

/** What P-RAN is compared with. `mobile` is the 5G or 6G network used directly. */
export const NETWORKS = ['p-ran', 'wifi', 'broadband', 'hotspot', 'mobile'] as const
export type NetworkId = (typeof NETWORKS)[number]

/** One question to the experts. */
export interface Secondary {
  readonly id: string
  readonly name: string
}

/** One axis of the radar. */
export interface Primary {
  readonly id: string
  readonly name: string
  readonly secondaries: readonly Secondary[]
}

export interface PlayerModel {
  readonly id: PlayerId
  readonly name: string
  /** Networks that this player compares; none where only importance is asked and no score is formed. */
  readonly networks: readonly NetworkId[]
  readonly primaries: readonly Primary[]
}

/** Who values what. Another model may be passed in wherever the reference one is the default. */
export interface IndicatorModel {
  readonly name: string
  /** True if the secondary indicators are not a published list but were gathered from prose. */
  readonly reconstructed: boolean
  readonly players: readonly PlayerModel[]
}

/** Keys `primary/secondary` of a player, in the order of the model: what a panel's `indicator` column holds. */
export function indicatorKeys(player: PlayerModel): string[] {
  return player.primaries.flatMap(primary => primary.secondaries.map(secondary => `${primary.id}/${secondary.id}`))
}
