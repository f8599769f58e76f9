import type { Kernel } from './kernel.js'
import { NftKernel } from './nft-kernel.js'

/**
 * Chooses the way to the kernel: netlink where the prebuilt library loads and the kernel answers, else a lasting `nft`.
 *
 * @param wanted - takes this one without trying the other
 */
export async function openKernel(table: string, wanted?: Kernel['channel']): Promise<Kernel> {
  if (wanted === 'nft') return new NftKernel(table)
  try {
    // Loaded only here: on a machine without a prebuilt library the import itself fails.
    const { NetlinkKernel } = await import('./netlink-kernel.js')
    const kernel = new NetlinkKernel(table)
    await kernel.settle()
    return kernel
  } catch (error) {
    if (wanted === 'netlink') throw error
    return new NftKernel(table)
  }
}
