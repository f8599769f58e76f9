import type { Command, PlannedFile } from './plan.js'
import type { SetupSpec } from './spec.js'

/**
 * A router believes no other router: once the kernel forwards IPv6, an uplink that has its address and its default route from router
 * advertisements drops the route at once and loses the address when it runs out, unless it is told to take them all the same (`accept_ra` 2;
 * Linux, Documentation/networking/ip-sysctl.rst). Only what the kernel itself reads is changed, now and at the next start: 0 means that the
 * owner wants none or that a program (NetworkManager, networkd, OpenWrt's odhcp6c) reads them.
 */
const SETTINGS = '/etc/sysctl.d/61-conet-uplink.conf'

/** Slashes, since names of interfaces may hold dots (sysctl.d(5)). */
const settingOf = (wan: string) => `net/ipv6/conf/${wan}/accept_ra`

/** The kernel reads none on this uplink. */
const readsNone = (wan: string) => ['sh', '-c', `! grep -qx '[12]' /proc/sys/${settingOf(wan)}`]

export function uplinkSysctls({ wan, address6 }: SetupSpec): string[] {
  return address6 === undefined ? [] : [settingOf(wan)]
}

export function uplinkFiles({ wan, address6 }: SetupSpec): PlannedFile[] {
  if (address6 === undefined) return []
  return [
    { path: SETTINGS, text: `${settingOf(wan)} = 2\n`, mode: 0o644, unless: readsNone(wan) },
    { path: '/etc/network/if-up.d/conet-uplink', text: hookText(wan), mode: 0o755 },
  ]
}

/** Comes before forwarding is switched on. */
export function uplinkCommands({ wan, address6 }: SetupSpec, at: (path: string) => string): Command[] {
  if (address6 === undefined) return []
  return [{ run: ['sysctl', '-q', '-p', at(SETTINGS)], unless: readsNone(wan) }]
}

/** `inet6 auto` of ifupdown writes 1 whenever the interface comes up (interfaces(5)). */
function hookText(wan: string): string {
  return `#!/bin/sh
[ "$IFACE" = "${wan}" ] || exit 0
grep -qx 1 "/proc/sys/${settingOf(wan)}" || exit 0
exec sysctl -q -w "${settingOf(wan)}=2"
`
}
