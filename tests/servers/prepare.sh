#!/usr/bin/env bash
# Prepares every real server that the tests talk to. Idempotent; a second or two when all is there.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/zaehlwerk
mkdir -p "$cache"

# One at a time: two runs would install and build into the same places.
exec 9>"$cache/prepare.lock"
flock 9

"$here/install.sh"
"$here/build_influxd.sh"
"$here/engine.sh" start 9>&-
docker container prune --force --filter label=org.testcontainers >/dev/null # what a cut-off run left behind
"$here/build_images.sh"
"$here/build_product.sh"
