#!/usr/bin/env bash
# Installs from Debian's packages what the real servers need and is not there yet. Quick when nothing is missing.
set -euo pipefail

declare -A package_of=(
    [dockerd]=docker.io
    [debootstrap]=debootstrap
    [mosquitto]=mosquitto
    [chromium]=chromium
    [openssl]=openssl
    [clang]=clang
    [pkg-config]=pkg-config
)
export PATH=$PATH:/usr/sbin:/sbin

missing=()
for program in "${!package_of[@]}"; do
    command -v "$program" >/dev/null || missing+=("${package_of[$program]}")
done
docker compose version >/dev/null 2>&1 || command -v docker-compose >/dev/null || missing+=(docker-compose)
[ ${#missing[@]} -gt 0 ] || exit 0

# Nothing that is installed here may start as a service: the tests start their servers themselves.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
    trap 'rm -f "$policy"' EXIT
fi

echo "apt: installing ${missing[*]}"
log=${XDG_CACHE_HOME:-$HOME/.cache}/zaehlwerk/apt.log
mkdir -p "$(dirname "$log")"
export DEBIAN_FRONTEND=noninteractive
{
    apt-get update
    apt-get install --yes --no-install-recommends "${missing[@]}"
} >"$log" 2>&1 || { tail -20 "$log" >&2; exit 1; }
