import type { Plan, PlannedFile } from './plan.js'
import { poolOf, type SetupSpec } from './spec.js'
import { guardText, helperJson } from './texts.js'

/** Files of `uci` that the commands below change; they are kept as they were. */
const CONFIGS = ['/etc/config/network', '/etc/config/dhcp', '/etc/config/firewall']
const SOCKET = '/var/run/conet/gateway.sock'

/** OpenWrt 22.03 and later: `uci`, fw4 (nftables), dnsmasq and odhcpd, procd. */
export function openwrtPlan(spec: SetupSpec, at: (path: string) => string): Plan {
  const file = (path: string, text: string, mode = 0o644): PlannedFile => ({ path: at(path), text, mode })
  const reload = (name: string) => {
    const command = [at(`/etc/init.d/${name}`), 'reload']
    return { run: command, undo: command, undoLast: true, service: true }
  }
  const settings = [...networkSettings(spec), ...dhcpSettings(spec), ...firewallSettings(spec)]
  return {
    needs: ['nftables', 'node', 'dnsmasq', 'odhcpd'],
    files: [
      file('/etc/conet/gateway.json', helperJson(spec, SOCKET)),
      file('/etc/conet/guard.nft', guardText(spec)),
      file('/etc/conet/capabilities.json', CAPABILITIES),
      file('/etc/init.d/conet-guard', GUARD_INIT, 0o755),
      file('/etc/init.d/conet-gateway', initText(spec), 0o755),
    ],
    keeps: CONFIGS.map(at),
    sysctls: [],
    commands: [
      { run: ['nft', '-f', at('/etc/conet/guard.nft')], undo: ['nft', 'delete', 'table', 'inet', 'conet_guard'] },
      ...settings.map(([verb, text]) => ({ run: ['uci', '-c', at('/etc/config'), verb, text] })),
      { run: ['uci', '-c', at('/etc/config'), 'commit'] },
      ...['network', 'dnsmasq', 'odhcpd', 'firewall'].map(reload),
      {
        run: [at('/etc/init.d/conet-guard'), 'enable'],
        undo: [at('/etc/init.d/conet-guard'), 'disable'],
        service: true,
      },
      {
        run: [at('/etc/init.d/conet-gateway'), 'enable'],
        undo: [at('/etc/init.d/conet-gateway'), 'disable'],
        service: true,
      },
      {
        run: [at('/etc/init.d/conet-gateway'), 'start'],
        undo: [at('/etc/init.d/conet-gateway'), 'stop'],
        service: true,
      },
    ],
  }
}

type Setting = readonly ['set' | 'add_list', string]

function networkSettings({ lan, address4, address6 }: SetupSpec): Setting[] {
  const [four] = address4.split('/')
  return [
    ['set', 'network.conet=interface'],
    ['set', 'network.conet.proto=static'],
    ['set', `network.conet.device=${lan}`],
    ['set', `network.conet.ipaddr=${four}`],
    ['set', `network.conet.netmask=${poolOf(address4).mask}`],
    ...(address6 === undefined ? [] : [['set', `network.conet.ip6addr=${address6}`] as const]),
  ]
}

function dhcpSettings({ address4, address6, captiveApi }: SetupSpec): Setting[] {
  return [
    ['set', 'dhcp.conet=dhcp'],
    ['set', 'dhcp.conet.interface=conet'],
    ['set', 'dhcp.conet.start=10'],
    ['set', `dhcp.conet.limit=${poolOf(address4).count}`],
    ['set', 'dhcp.conet.leasetime=10m'],
    ...(address6 === undefined
      ? []
      : ([
          ['set', 'dhcp.conet.ra=server'],
          ['set', 'dhcp.conet.dhcpv6=server'],
        ] as const)),
    ...(captiveApi === undefined ? [] : [['add_list', `dhcp.conet.dhcp_option=114,${captiveApi}`] as const]),
  ]
}

function firewallSettings({ portalPort, apiPort }: SetupSpec): Setting[] {
  const rule = (name: string, proto: string, ports: string): Setting[] => [
    ['set', `firewall.${name}=rule`],
    ['set', `firewall.${name}.src=conet`],
    ['set', `firewall.${name}.proto=${proto}`],
    ['set', `firewall.${name}.dest_port=${ports}`],
    ['set', `firewall.${name}.target=ACCEPT`],
  ]
  return [
    ['set', 'firewall.conet=zone'],
    ['set', 'firewall.conet.name=conet'],
    ['set', 'firewall.conet.network=conet'],
    ['set', 'firewall.conet.input=REJECT'],
    ['set', 'firewall.conet.output=ACCEPT'],
    ['set', 'firewall.conet.forward=REJECT'],
    // What our rules let through must pass the owner's firewall too.
    ['set', 'firewall.conet_wan=forwarding'],
    ['set', 'firewall.conet_wan.src=conet'],
    ['set', 'firewall.conet_wan.dest=wan'],
    // Offloaded flows pass no rule any more, ours neither: whoever paid once would stay online.
    ['set', 'firewall.@defaults[0].flow_offloading=0'],
    ['set', 'firewall.@defaults[0].flow_offloading_hw=0'],
    ...rule('conet_basics', 'udp', '53 67 547'),
    ...rule('conet_entry', 'tcp', `53 ${[...new Set([portalPort, apiPort])].join(' ')}`),
  ]
}

/** Before the firewall (19) and the network (20): guests are kept out from the first moment after a start. */
const GUARD_INIT = `#!/bin/sh /etc/rc.common
START=18

start() {
	nft -f /etc/conet/guard.nft
}
`

function initText({ conet, user }: SetupSpec): string {
  return `#!/bin/sh /etc/rc.common
START=95
USE_PROCD=1

start_service() {
	mkdir -p /var/run/conet
	chown ${user} /var/run/conet
	nft -f /etc/conet/guard.nft
	procd_open_instance
	procd_set_param command ${conet} gateway helper --config /etc/conet/gateway.json
	procd_set_param user ${user}
	procd_set_param capabilities /etc/conet/capabilities.json
	procd_set_param no_new_privs 1
	procd_set_param respawn 3600 1 0
	procd_close_instance
}
`
}

/** What procd gives the helper, and nothing else. */
const CAPABILITIES = `${JSON.stringify(
  Object.fromEntries(
    ['bounding', 'effective', 'ambient', 'permitted', 'inheritable'].map(set => [set, ['CAP_NET_ADMIN']]),
  ),
  undefined,
  2,
)}\n`
