#!/usr/bin/env bash
# Builds the product's image from the working tree, without the network: base and dependencies are prepared here.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/zaehlwerk
base=${ZAEHLWERK_TEST_BASE_IMAGE:-zaehlwerk-stand-in/python:3.11-bookworm}
image=${ZAEHLWERK_TEST_PRODUCT_IMAGE:-zaehlwerk:test}
python=$root/.venv/bin/python
cd "$root"

# The wheels belong to the lock: another lock is another folder.
wheels=$cache/wheels-$(sha256sum requirements.lock | cut -c1-16)
if [ ! -e "$wheels/complete" ]; then
    echo "docker: downloading the wheels of the product's image"
    rm -rf "$wheels" "$cache/pip"
    "$python" -m venv "$cache/pip"
    "$cache/pip/bin/pip" download --quiet --only-binary :all: --require-hashes -r requirements.lock -d "$wheels"
    "$cache/pip/bin/pip" download --quiet --only-binary :all: hatchling -d "$wheels"
    touch "$wheels/complete"
fi
rm -f deploy/wheels/*.whl
cp --link "$wheels"/*.whl deploy/wheels/ 2>/dev/null || cp "$wheels"/*.whl deploy/wheels/

log=$cache/build-product.log
docker build --build-arg "BASE=$base" --tag "$image" . >"$log" 2>&1 || { tail -30 "$log" >&2; exit 1; }
