#!/usr/bin/env bash
# Builds the images that cannot be pulled on a machine without an image registry, once each, by name:
# a base as debootstrap makes it, and on top of it mosquitto and influxd as their official images behave.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/zaehlwerk
base=zaehlwerk-stand-in/python:3.11-bookworm
mosquitto=zaehlwerk-stand-in/mosquitto:2
influx=zaehlwerk-stand-in/influxdb:2.7

is_there() { docker image inspect "$1" >/dev/null 2>&1; }

build_base() {
    is_there "$base" && return 0
    local tree=$cache/debootstrap
    echo "docker: building $base (one to three minutes)"
    rm -rf "$tree"
    debootstrap --variant=minbase --include=python3,python3-venv,python3-pip,ca-certificates \
        bookworm "$tree" >"$cache/debootstrap.log" 2>&1 || { tail -20 "$cache/debootstrap.log" >&2; exit 1; }
    rm -rf "$tree"/var/cache/apt/archives/*.deb
    tar -C "$tree" -c . | docker import --change 'CMD ["bash"]' - "$base" >/dev/null
    rm -rf "$tree"
}

build() { # NAME DOCKERFILE FOLDER
    local log="$cache/build-$2.log"
    is_there "$1" && return 0
    echo "docker: building $1"
    docker build --build-arg "BASE=$base" -t "$1" -f "$here/images/$2" "$3" >"$log" 2>&1 || { tail -20 "$log" >&2; exit 1; }
}

build_influx() {
    is_there "$influx" && return 0
    local context=$cache/influx-image
    rm -rf "$context"
    mkdir -p "$context"
    cp "$cache/bin/influxd" "$here/images/influx-entrypoint.py" "$context"
    build "$influx" influxdb.Dockerfile "$context"
    rm -rf "$context"
}

mkdir -p "$cache"
build_base
build "$mosquitto" mosquitto.Dockerfile "$here/images"
build_influx
