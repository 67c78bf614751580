#!/usr/bin/env bash
# Starts a Docker engine where none answers, and stops the one that was started here.
#   engine.sh start    idempotent; remembers the process it started
#   engine.sh stop     ends that process and leaves any other engine alone
set -euo pipefail

cache=${XDG_CACHE_HOME:-$HOME/.cache}/zaehlwerk
pid_file=$cache/dockerd.pid
log=$cache/dockerd.log
declare -A left_behind=(
    [dockerd]=/var/run/docker.pid
    [containerd]=/var/run/docker/containerd/containerd.pid
)

answers() { timeout 10 docker info >/dev/null 2>&1; }

runs() { # PROGRAM PID; a process that ended and waits to be collected has no program any more
    case $(readlink "/proc/$2/exe") in */"$1"*) return 0 ;; *) return 1 ;; esac
}

forget_cut_off_engine() {
    # An engine that was cut off leaves its pid files; the numbers may belong to other programs by now.
    local file
    for program in dockerd containerd; do
        file=${left_behind[$program]}
        [ ! -f "$file" ] || runs "$program" "$(cat "$file")" || rm -f "$file"
    done
}

start() {
    answers && return 0
    [ "$(id -u)" = 0 ] || { echo "docker: no engine answers, and only root can start one" >&2; return 1; }
    command -v dockerd >/dev/null || { echo "docker: dockerd is not installed" >&2; return 1; }
    mkdir -p "$cache"
    forget_cut_off_engine
    setsid dockerd >"$log" 2>&1 </dev/null &
    echo $! >"$pid_file"
    for _ in $(seq 60); do
        answers && { echo "docker: engine started"; return 0; }
        # One that ended has no program any more; one that was only just started may not be the engine yet.
        readlink "/proc/$(cat "$pid_file")/exe" >/dev/null || break
        sleep 1
    done
    echo "docker: the engine does not answer; the end of $log:" >&2
    tail -20 "$log" >&2
    return 1
}

stop() {
    [ -f "$pid_file" ] || return 0
    local pid
    pid=$(cat "$pid_file")
    rm -f "$pid_file"
    runs dockerd "$pid" || return 0
    kill "$pid"
    for _ in $(seq 30); do
        runs dockerd "$pid" || { echo "docker: engine stopped"; return 0; }
        sleep 1
    done
    echo "docker: engine $pid did not stop within 30 s" >&2
}

case ${1:-} in
    start) start ;;
    stop) stop ;;
    *) echo "usage: engine.sh start|stop" >&2; exit 2 ;;
esac
