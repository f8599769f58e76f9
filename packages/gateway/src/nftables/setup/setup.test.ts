import { describe, expect, it } from 'vitest'
import { DEFAULT_SETUP, planSetup, planText, type SetupSpec } from './index.js'
import { poolOf } from './spec.js'

const SPEC: SetupSpec = {
  ...DEFAULT_SETUP,
  system: 'debian',
  lan: 'br-guest',
  wan: 'eth0',
  address6: 'fd77::1/64',
  captiveApi: 'https://portal.example/captive',
}

describe('plan', () => {
  it('for Debian is this text, to the letter', () => {
    expect(planText(planSetup(SPEC))).toMatchInlineSnapshot(`
      "needs the packages nftables, dnsmasq, iproute2

      write /etc/conet/gateway.json (mode 644)
          {
            "table": "conet_gw",
            "lan": [
              "br-guest"
            ],
            "wan": [
              "eth0"
            ],
            "portalPort": 8642,
            "masquerade": true,
            "socket": "/run/conet/gateway.sock"
          }

      write /etc/conet/guard.nft (mode 644)
          table inet conet_guard
          delete table inet conet_guard
          table inet conet_guard {
          	set asks {
          		type ether_addr
          		size 4096
          		flags dynamic,timeout
          		timeout 1m
          	}

          	chain forward {
          		type filter hook forward priority filter + 5; policy accept;
          		iifname "br-guest" meta mark and 0x10000000 == 0 drop
          		iifname "eth0" oifname "br-guest" meta mark and 0x10000000 == 0 drop
          	}

          	chain input {
          		type filter hook input priority filter + 5; policy accept;
          		iifname != "br-guest" return
          		meta l4proto { tcp, udp } th dport 53 update @asks { ether saddr limit rate over 10/second burst 150 packets } drop
          		ct state { established, related } return
          		udp dport { 53, 67, 547 } return
          		tcp dport { 53, 8642, 8640 } return
          		meta l4proto { icmp, ipv6-icmp } return
          		drop
          	}
          }

      write /etc/sysctl.d/60-conet.conf (mode 644)
          net.ipv4.ip_forward = 1
          net.ipv6.conf.all.forwarding = 1

      write /etc/network/interfaces.d/conet (mode 644)
          auto br-guest
          iface br-guest inet static
          	address 10.77.0.1/24

          iface br-guest inet6 static
          	address fd77::1/64

      write /etc/dnsmasq.d/conet.conf (mode 644)
          # Written by "conet gateway setup"; "conet gateway setup --undo" takes it away.
          interface=br-guest
          bind-dynamic
          domain-needed
          bogus-priv
          stop-dns-rebind
          dhcp-range=10.77.0.10,10.77.0.209,255.255.255.0,10m
          dhcp-option=option:router,10.77.0.1
          dhcp-option=option:dns-server,10.77.0.1
          dhcp-range=::,constructor:br-guest,slaac,ra-names,64,10m
          enable-ra
          dhcp-option=114,"https://portal.example/captive"
          dhcp-option=option6:103,"https://portal.example/captive"

      write /etc/sysctl.d/61-conet-uplink.conf (mode 644)   (unless: sh -c '! grep -qx '\\''[12]'\\'' /proc/sys/net/ipv6/conf/eth0/accept_ra')
          net/ipv6/conf/eth0/accept_ra = 2

      write /etc/network/if-up.d/conet-uplink (mode 755)
          #!/bin/sh
          [ "$IFACE" = "eth0" ] || exit 0
          grep -qx 1 "/proc/sys/net/ipv6/conf/eth0/accept_ra" || exit 0
          exec sysctl -q -w "net/ipv6/conf/eth0/accept_ra=2"

      write /etc/systemd/system/conet-guard.service (mode 644)
          [Unit]
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

      write /etc/systemd/system/conet-gateway.service (mode 644)
          [Unit]
          Description=Conet gateway helper: admits paying devices by nftables
          After=network.target

          [Service]
          User=conet
          RuntimeDirectory=conet
          RuntimeDirectoryMode=0750
          # The guard needs root once; the helper itself has one capability and nothing else.
          ExecStartPre=+/usr/sbin/nft -f /etc/conet/guard.nft
          ExecStart=/usr/local/bin/conet gateway helper --config /etc/conet/gateway.json
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

      run nft -f /etc/conet/guard.nft
      run ip link set br-guest up   (unless: sh -c 'ip -o link show dev br-guest | grep -q '\\''[<,]UP[,>]'\\''')
      run ip addr add 10.77.0.1/24 dev br-guest   (unless: sh -c 'ip -o addr show dev br-guest | grep -qwF 10.77.0.1/24')
      run ip addr add fd77::1/64 dev br-guest   (unless: sh -c 'ip -o addr show dev br-guest | grep -qwF fd77::1/64')
      run sysctl -q -p /etc/sysctl.d/61-conet-uplink.conf   (unless: sh -c '! grep -qx '\\''[12]'\\'' /proc/sys/net/ipv6/conf/eth0/accept_ra')
      run sysctl -q -p /etc/sysctl.d/60-conet.conf
      run useradd --system --home-dir /var/lib/conet --shell /usr/sbin/nologin conet   (unless: getent passwd conet)
      run systemctl daemon-reload
      run systemctl enable conet-guard.service
      run systemctl enable --now conet-gateway.service
      run systemctl restart dnsmasq
      "
    `)
  })

  it('for OpenWrt is this text, to the letter', () => {
    expect(planText(planSetup({ ...SPEC, system: 'openwrt' }))).toMatchInlineSnapshot(`
      "needs the packages nftables, node, dnsmasq, odhcpd

      write /etc/conet/gateway.json (mode 644)
          {
            "table": "conet_gw",
            "lan": [
              "br-guest"
            ],
            "wan": [
              "eth0"
            ],
            "portalPort": 8642,
            "masquerade": false,
            "socket": "/var/run/conet/gateway.sock"
          }

      write /etc/conet/guard.nft (mode 644)
          table inet conet_guard
          delete table inet conet_guard
          table inet conet_guard {
          	set asks {
          		type ether_addr
          		size 4096
          		flags dynamic,timeout
          		timeout 1m
          	}

          	chain forward {
          		type filter hook forward priority filter + 5; policy accept;
          		iifname "br-guest" meta mark and 0x10000000 == 0 drop
          		iifname "eth0" oifname "br-guest" meta mark and 0x10000000 == 0 drop
          	}

          	chain input {
          		type filter hook input priority filter + 5; policy accept;
          		iifname != "br-guest" return
          		meta l4proto { tcp, udp } th dport 53 update @asks { ether saddr limit rate over 10/second burst 150 packets } drop
          		ct state { established, related } return
          		udp dport { 53, 67, 547 } return
          		tcp dport { 53, 8642, 8640 } return
          		meta l4proto { icmp, ipv6-icmp } return
          		drop
          	}
          }

      write /etc/conet/capabilities.json (mode 644)
          {
            "bounding": [
              "CAP_NET_ADMIN"
            ],
            "effective": [
              "CAP_NET_ADMIN"
            ],
            "ambient": [
              "CAP_NET_ADMIN"
            ],
            "permitted": [
              "CAP_NET_ADMIN"
            ],
            "inheritable": [
              "CAP_NET_ADMIN"
            ]
          }

      write /etc/init.d/conet-guard (mode 755)
          #!/bin/sh /etc/rc.common
          START=18

          start() {
          	nft -f /etc/conet/guard.nft
          }

      write /etc/init.d/conet-gateway (mode 755)
          #!/bin/sh /etc/rc.common
          START=95
          USE_PROCD=1

          start_service() {
          	mkdir -p /var/run/conet
          	chown conet /var/run/conet
          	nft -f /etc/conet/guard.nft
          	procd_open_instance
          	procd_set_param command /usr/local/bin/conet gateway helper --config /etc/conet/gateway.json
          	procd_set_param user conet
          	procd_set_param capabilities /etc/conet/capabilities.json
          	procd_set_param no_new_privs 1
          	procd_set_param respawn 3600 1 0
          	procd_close_instance
          }

      run nft -f /etc/conet/guard.nft
      run uci -c /etc/config set network.conet=interface
      run uci -c /etc/config set network.conet.proto=static
      run uci -c /etc/config set network.conet.device=br-guest
      run uci -c /etc/config set network.conet.ipaddr=10.77.0.1
      run uci -c /etc/config set network.conet.netmask=255.255.255.0
      run uci -c /etc/config set network.conet.ip6addr=fd77::1/64
      run uci -c /etc/config set dhcp.conet=dhcp
      run uci -c /etc/config set dhcp.conet.interface=conet
      run uci -c /etc/config set dhcp.conet.start=10
      run uci -c /etc/config set dhcp.conet.limit=200
      run uci -c /etc/config set dhcp.conet.leasetime=10m
      run uci -c /etc/config set dhcp.conet.ra=server
      run uci -c /etc/config set dhcp.conet.dhcpv6=server
      run uci -c /etc/config add_list dhcp.conet.dhcp_option=114,https://portal.example/captive
      run uci -c /etc/config set firewall.conet=zone
      run uci -c /etc/config set firewall.conet.name=conet
      run uci -c /etc/config set firewall.conet.network=conet
      run uci -c /etc/config set firewall.conet.input=REJECT
      run uci -c /etc/config set firewall.conet.output=ACCEPT
      run uci -c /etc/config set firewall.conet.forward=REJECT
      run uci -c /etc/config set firewall.conet_wan=forwarding
      run uci -c /etc/config set firewall.conet_wan.src=conet
      run uci -c /etc/config set firewall.conet_wan.dest=wan
      run uci -c /etc/config set 'firewall.@defaults[0].flow_offloading=0'
      run uci -c /etc/config set 'firewall.@defaults[0].flow_offloading_hw=0'
      run uci -c /etc/config set firewall.conet_basics=rule
      run uci -c /etc/config set firewall.conet_basics.src=conet
      run uci -c /etc/config set firewall.conet_basics.proto=udp
      run uci -c /etc/config set 'firewall.conet_basics.dest_port=53 67 547'
      run uci -c /etc/config set firewall.conet_basics.target=ACCEPT
      run uci -c /etc/config set firewall.conet_entry=rule
      run uci -c /etc/config set firewall.conet_entry.src=conet
      run uci -c /etc/config set firewall.conet_entry.proto=tcp
      run uci -c /etc/config set 'firewall.conet_entry.dest_port=53 8642 8640'
      run uci -c /etc/config set firewall.conet_entry.target=ACCEPT
      run uci -c /etc/config commit
      run /etc/init.d/network reload
      run /etc/init.d/dnsmasq reload
      run /etc/init.d/odhcpd reload
      run /etc/init.d/firewall reload
      run /etc/init.d/conet-guard enable
      run /etc/init.d/conet-gateway enable
      run /etc/init.d/conet-gateway start
      "
    `)
  })

  it('keeps router advertisements on an uplink, before it forwards IPv6, and only then', () => {
    const plan = planSetup({ ...SPEC, wan: 'eth0.10' }, '/image')
    const run = plan.commands.map(({ run: words }) => words.join(' '))
    const [uplink, forwarding] = ['61-conet-uplink', '60-conet'].map(name =>
      run.indexOf(`sysctl -q -p /image/etc/sysctl.d/${name}.conf`),
    )
    expect(uplink).toBeGreaterThanOrEqual(0)
    expect(uplink).toBeLessThan(forwarding ?? -1)
    expect(plan.sysctls.at(-1)).toBe('net/ipv6/conf/eth0.10/accept_ra')
    const { address6: _, ...without } = SPEC
    for (const spec of [without, { ...SPEC, system: 'openwrt' as const }]) {
      expect(planText(planSetup(spec))).not.toContain('accept_ra')
    }
  })

  it('tells guests the captive-portal API by DHCP and by DHCPv6 (RFC 8910), and only if there is one', () => {
    const text = (spec: SetupSpec) => planText(planSetup(spec))
    expect(text(SPEC)).toContain('dhcp-option=114,"https://portal.example/captive"')
    expect(text(SPEC)).toContain('dhcp-option=option6:103,"https://portal.example/captive"')
    const { captiveApi: _, ...without } = SPEC
    expect(text(without)).not.toMatch(/114|103/)
    expect(text({ ...without, system: 'openwrt' })).not.toMatch(/114/)
  })

  it('gives away addresses that exist, whatever the prefix', () => {
    expect(poolOf('10.77.0.1/24')).toEqual({
      first: '10.77.0.10',
      last: '10.77.0.209',
      mask: '255.255.255.0',
      count: 200,
    })
    expect(poolOf('192.168.5.17/28')).toMatchObject({ first: '192.168.5.26', last: '192.168.5.29', count: 4 })
  })

  it.each([
    ['lan, wan', { lan: 'eth0' }],
    ['lan, wan', { lan: 'x; reboot' }],
    ['address4', { address4: '10.77.0.1' }],
    ['address4', { address4: '10.77.0.1/31' }],
    ['address6', { address6: 'fd77::1/48' }],
    ['port', { portalPort: 70_000 }],
    ['conet', { conet: '/bin/sh -c x' }],
    ['user', { user: 'a b' }],
    ['captiveApi', { captiveApi: 'http://portal.example/' }],
    ['captiveApi', { captiveApi: 'https://portal.example/"\nx' }],
  ])('refuses a wrong %s: %j', (path, change) => {
    expect(() => planSetup({ ...SPEC, ...change })).toThrow(
      expect.objectContaining({ code: 'SETUP_INVALID', data: { path } }),
    )
  })
})
