import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Charge of this machine's battery by the kernel's power supply class, in percent.
 *
 * @param root - folder of the class; another one in tests
 * @returns the lowest of all batteries, or `undefined` without one
 */
export function batteryPercent(root = '/sys/class/power_supply'): number | undefined {
  const charges = folders(root)
    .map(name => Number.parseInt(text(join(root, name, 'capacity')), 10))
    .filter(charge => charge >= 0 && charge <= 100)
  return charges.length === 0 ? undefined : Math.min(...charges)
}

function folders(root: string): readonly string[] {
  try {
    return readdirSync(root)
  } catch {
    return []
  }
}

function text(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
