import { installText, type RulesetFeatures, type RulesetSpec, removeText, repairText } from '../ruleset.js'
import { nft, nftText } from './nft.js'

/** Puts our rules in, tells whether they are still what we put in, and takes them out. */
export class Rules {
  #installed = ''

  constructor(
    private readonly spec: RulesetSpec,
    private readonly features: RulesetFeatures,
  ) {}

  /** In place of whatever a table of our name held: also what an earlier helper left when it was killed. */
  async install(): Promise<void> {
    await nftText(installText(this.spec, this.features))
    await this.#remember()
  }

  async intact(): Promise<boolean> {
    // A table that is gone cannot be read.
    const now = await this.#read().catch(() => '')
    return now === this.#installed
  }

  /**
   * Brings the rules back in order; elements stay if the sets are still ours. Else the table is made anew, and `fill` must put
   * the elements in: until then packets are dropped and not refused, so that flows survive.
   *
   * @returns whether the elements stayed (`rules`) or had to be put in again (`table`)
   */
  async repair(fill: () => Promise<void>): Promise<'rules' | 'table'> {
    try {
      await nftText(repairText(this.spec, this.features))
      if (await this.intact()) return 'rules'
    } catch {
      // Sets were changed or a chain cannot be declared again: only a new table helps.
    }
    await nftText(installText(this.spec, { ...this.features, quiet: true }))
    await fill()
    await nftText(repairText(this.spec, this.features))
    await this.#remember()
    return 'table'
  }

  async #remember(): Promise<void> {
    this.#installed = await this.#read()
  }

  async remove(): Promise<void> {
    await nftText(removeText(this.spec))
  }

  /** Rules as the kernel has them, without counts and sessions (which are quotas too, if they have no place in elements). */
  async #read(): Promise<string> {
    const listed = await nft(['-s', '-t', 'list', 'table', 'inet', this.spec.table])
    return listed.replaceAll(/^\tquota q\d+ \{[^}]*\}\n/gm, '').replaceAll(/^\n/gm, '')
  }
}
