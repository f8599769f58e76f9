import type { Command, Plan, PlannedFile } from './plan.js'
import type { SetupSpec } from './spec.js'
import { dnsmasqText, guardText, helperJson } from './texts.js'
import { uplinkCommands, uplinkFiles, uplinkSysctls } from './uplink.js'

const SOCKET = '/run/conet/gateway.sock'

/** A plain Debian box: systemd, ifupdown, dnsmasq, nftables. */
export function debianPlan(spec: SetupSpec, at: (path: string) => string): Plan {
  const file = (path: string, text: string, mode = 0o644): PlannedFile => ({ path: at(path), text, mode })
  return {
    needs: ['nftables', 'dnsmasq', 'iproute2'],
    files: [
      file('/etc/conet/gateway.json', helperJson(spec, SOCKET)),
      file('/etc/conet/guard.nft', guardText(spec)),
      file('/etc/sysctl.d/60-conet.conf', sysctlText(spec)),
      file('/etc/network/interfaces.d/conet', interfaceText(spec)),
      file('/etc/dnsmasq.d/conet.conf', dnsmasqText(spec)),
      ...uplinkFiles(spec).map(planned => ({ ...planned, path: at(planned.path) })),
      file('/etc/systemd/system/conet-guard.service', GUARD_UNIT),
      file('/etc/systemd/system/conet-gateway.service', unitText(spec)),
    ],
    keeps: [],
    // The uplink last: it must still be kept while forwarding is switched off again.
    sysctls: [...sysctls(spec).map(([name]) => name), ...uplinkSysctls(spec)],
    commands: [
      // Closed before anything is opened: the guard comes before forwarding.
      { run: ['nft', '-f', at('/etc/conet/guard.nft')], undo: ['nft', 'delete', 'table', 'inet', 'conet_guard'] },
      ...linkCommands(spec),
      ...uplinkCommands(spec, at),
      { run: ['sysctl', '-q', '-p', at('/etc/sysctl.d/60-conet.conf')] },
      ...serviceCommands(spec),
    ],
  }
}

function sysctls({ address6 }: SetupSpec): readonly (readonly [string, string])[] {
  const four = [['net.ipv4.ip_forward', '1'] as const]
  return address6 === undefined ? four : [...four, ['net.ipv6.conf.all.forwarding', '1'] as const]
}

function sysctlText(spec: SetupSpec): string {
  return sysctls(spec)
    .map(([name, value]) => `${name} = ${value}\n`)
    .join('')
}

function interfaceText({ lan, address4, address6 }: SetupSpec): string {
  const four = `auto ${lan}\niface ${lan} inet static\n\taddress ${address4}\n`
  return address6 === undefined ? four : `${four}\niface ${lan} inet6 static\n\taddress ${address6}\n`
}

function linkCommands({ lan, address4, address6 }: SetupSpec): Command[] {
  const address = (text: string): Command => ({
    run: ['ip', 'addr', 'add', text, 'dev', lan],
    undo: ['ip', 'addr', 'del', text, 'dev', lan],
    unless: ['sh', '-c', `ip -o addr show dev ${lan} | grep -qwF ${text}`],
  })
  const up: Command = {
    run: ['ip', 'link', 'set', lan, 'up'],
    undo: ['ip', 'link', 'set', lan, 'down'],
    unless: ['sh', '-c', `ip -o link show dev ${lan} | grep -q '[<,]UP[,>]'`],
  }
  // First, so that it is undone last: an interface that goes down loses its IPv6 addresses by itself.
  return [up, address(address4), ...(address6 === undefined ? [] : [address(address6)])]
}

function serviceCommands({ user }: SetupSpec): Command[] {
  return [
    {
      run: ['useradd', '--system', '--home-dir', '/var/lib/conet', '--shell', '/usr/sbin/nologin', user],
      undo: ['userdel', user],
      unless: ['getent', 'passwd', user],
      service: true,
    },
    { run: ['systemctl', 'daemon-reload'], undo: ['systemctl', 'daemon-reload'], undoLast: true, service: true },
    {
      run: ['systemctl', 'enable', 'conet-guard.service'],
      undo: ['systemctl', 'disable', 'conet-guard.service'],
      service: true,
    },
    {
      run: ['systemctl', 'enable', '--now', 'conet-gateway.service'],
      undo: ['systemctl', 'disable', '--now', 'conet-gateway.service'],
      service: true,
    },
    {
      run: ['systemctl', 'restart', 'dnsmasq'],
      undo: ['systemctl', 'restart', 'dnsmasq'],
      undoLast: true,
      service: true,
    },
  ]
}

/** Forwarding is on from the first moment after a start: the guard must be there before any interface is. */
const GUARD_UNIT = `[Unit]
Description=Conet guard: keeps unpaid devices out while the helper is away
DefaultDependencies=no
Wants=network-pre.target
Before=network-pre.target shutdown.target
Conflicts=shutdown.target
# The owner's own rules may begin by flushing all others.
After=local-fs.target nftables.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/sbin/nft -f /etc/conet/guard.nft

[Install]
WantedBy=sysinit.target
`

function unitText({ conet, user }: SetupSpec): string {
  return `[Unit]
Description=Conet gateway helper: admits paying devices by nftables
After=network.target

[Service]
User=${user}
RuntimeDirectory=conet
RuntimeDirectoryMode=0750
# The guard needs root once; the helper itself has one capability and nothing else.
ExecStartPre=+/usr/sbin/nft -f /etc/conet/guard.nft
ExecStart=${conet} gateway helper --config /etc/conet/gateway.json
AmbientCapabilities=CAP_NET_ADMIN
CapabilityBoundingSet=CAP_NET_ADMIN
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=read-only
PrivateTmp=yes
PrivateDevices=yes
RestrictAddressFamilies=AF_UNIX AF_NETLINK
Restart=always
RestartSec=1

[Install]
WantedBy=multi-user.target
`
}
