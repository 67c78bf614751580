#!/usr/bin/env bash
# Builds the product's image from the working tree, without the network: base and dependencies are prepared here.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/zaehlwerk
stand_in=zaehlwerk-stand-in/python:3.11-bookworm
image=${ZAEHLWERK_TEST_PRODUCT_IMAGE:-zaehlwerk:test}
python=$root/.venv/bin/python
cd "$root"

base=python:3.11-slim-bookworm
docker image inspect "$stand_in" >/dev/null 2>&1 && base=$stand_in

# The wheels belong to the lock: another lock is another folder.
wheels=$cache/wheels-$(sha256sum requirements.lock | cut -c1-16)
"$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || {
    echo "docker: the wheels of this Python do not fit the image, which is 3.11" >&2
    exit 1
}
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
