#!/usr/bin/env bash
# Runs a command with the real servers around it: run.sh COMMAND…
# Prepares them where that is possible (root on Debian) or demanded (CI=true), and stops what it started.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)

if [ "${CI:-}" = true ] || { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }; then
    timeout 10 docker info >/dev/null 2>&1 || trap '"$here/engine.sh" stop >/dev/null' EXIT
    "$here/prepare.sh"
else
    echo "real servers: not prepared here (that takes root on Debian); tests that need one which is missing skip"
fi
"$@"
