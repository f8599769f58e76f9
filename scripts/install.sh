#!/usr/bin/env bash
# Installs what the whole test run needs and this machine lacks: a PostgreSQL server and Chromium (Debian, as root), and
# CometBFT where Go is present, into .cache/bin of the project.
# What this machine has no means to install is said here; the suites that miss it print SKIPPED with the reason. An install
# that was tried and failed ends with an error: then nothing is skipped in silence.
set -uo pipefail
cd "$(dirname "$0")/.."

COMETBFT=v0.39.4

is_cometbft() {
  [ -n "$1" ] && [ -x "$1" ] && [[ "$("$1" version 2>/dev/null)" == 0.39.* ]]
}

install_cometbft() {
  local found
  for found in "${CONET_COMETBFT:-}" "$PWD/.cache/bin/cometbft" "$(command -v cometbft)" "${GOBIN:-$HOME/go/bin}/cometbft"; do
    is_cometbft "$found" && return
  done
  if ! command -v go >/dev/null; then
    echo "cannot install cometbft: needs Go 1.25 or later; the suites that use it will say SKIPPED"
    return
  fi
  echo "installing cometbft $COMETBFT …"
  mkdir -p .cache/bin
  GOBIN="$PWD/.cache/bin" go install "github.com/cometbft/cometbft/cmd/cometbft@$COMETBFT" ||
    { echo "installing cometbft failed"; return 1; }
}

failed=0
install_cometbft || failed=1

missing=()
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null || missing+=(postgresql)
command -v chromium >/dev/null || missing+=(chromium fonts-dejavu-core)
command -v curl >/dev/null || missing+=(curl)
command -v freeradius >/dev/null || missing+=(freeradius freeradius-rest freeradius-utils)
command -v eapol_test >/dev/null || missing+=(eapoltest)
command -v hostapd >/dev/null || missing+=(hostapd)
command -v wpa_supplicant >/dev/null || missing+=(wpasupplicant)
command -v ping >/dev/null || missing+=(iputils-ping)
command -v openssl >/dev/null || missing+=(openssl)
for pair in nft:nftables iperf3:iperf3 conntrack:conntrack ip:iproute2 dnsmasq:dnsmasq-base; do
  PATH="$PATH:/usr/sbin:/sbin" command -v "${pair%%:*}" >/dev/null || missing+=("${pair##*:}")
done
[ ${#missing[@]} -eq 0 ] && exit "$failed"

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "cannot install ${missing[*]}: needs Debian's apt-get and root; the suites that use them will say SKIPPED"
  exit "$failed"
fi
echo "installing ${missing[*]} …"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null || failed=1
exit "$failed"
