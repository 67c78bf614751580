#!/usr/bin/env bash
# Builds influxd from the Go module proxy into the cache folder, once.
# Needed where no image can be pulled and no package is offered: it takes about five minutes.
set -euo pipefail

version=2.7.12
cache=${XDG_CACHE_HOME:-$HOME/.cache}/zaehlwerk
target=$cache/bin/influxd
log=$cache/influxd-build.log

if [ -x "$target" ] && "$target" version 2>/dev/null | grep -q "$version"; then
    exit 0
fi
for tool in go cargo clang pkg-config; do
    command -v "$tool" >/dev/null || { echo "influxd: cannot be built, $tool is missing" >&2; exit 1; }
done
echo "influxd: building $version (about five minutes, log: $log)"

work=$cache/influxd-build
mkdir -p "$cache/bin" "$work/bin"
cd "$work"

# The module has `replace` lines, so `go install pkg@version` refuses it: the build needs a module of its own.
cat >go.mod <<'MOD'
module zaehlwerk/influxd

go 1.22

replace github.com/nats-io/nats-streaming-server v0.11.2 => github.com/influxdata/nats-streaming-server v0.11.3-0.20201112040610-c277f7560803
MOD

# Its Rust part turns warnings into errors through a default feature; newer compilers warn more.
cat >bin/cargo <<WRAPPER
#!/usr/bin/env bash
command=\$1
shift
exec "$(command -v cargo)" "\$command" -p flux --no-default-features --features cffi "\$@"
WRAPPER
chmod +x bin/cargo

export GOFLAGS=-mod=mod GOTOOLCHAIN=local RUSTUP_TOOLCHAIN=stable
{
    go get -tool "github.com/influxdata/influxdb/v2/cmd/influxd@v$version" github.com/influxdata/pkg-config@v0.2.14
    go build -o bin/pkg-config github.com/influxdata/pkg-config
    CARGO=$work/bin/cargo PKG_CONFIG=$work/bin/pkg-config \
        go build -ldflags "-s -w -X main.version=$version" -o bin/influxd github.com/influxdata/influxdb/v2/cmd/influxd
} >"$log" 2>&1 || { tail -40 "$log" >&2; exit 1; }

mv bin/influxd "$target"
echo "influxd: $("$target" version)"
