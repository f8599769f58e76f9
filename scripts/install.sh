#!/usr/bin/env bash
# Installs what the whole test run needs and this machine lacks: a PostgreSQL server and Chromium (Debian, as root).
# What cannot be installed is said here; the suites that miss it print SKIPPED with the reason.
set -uo pipefail

missing=()
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null || missing+=(postgresql)
command -v chromium >/dev/null || missing+=(chromium fonts-dejavu-core)
command -v curl >/dev/null || missing+=(curl)
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "cannot install ${missing[*]}: needs Debian's apt-get and root; the suites that use them will say SKIPPED"
  exit 0
fi
echo "installing ${missing[*]} …"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
