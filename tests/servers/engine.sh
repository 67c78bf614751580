#!/usr/bin/env bash
# Starts a Docker engine where none answers, and stops the one that was started here.
#   engine.sh start    idempotent; remembers the process it started
#   engine.sh stop     ends that process and leaves any other engine alone
set -euo pipefail

cache=${XDG_CACHE_HOME:-$HOME/.cache}/zaehlwerk
pid_file=$cache/dockerd.pid
log=$cache/dockerd.log
engine_pid_file=/var/run/docker.pid

answers() { timeout 10 docker info >/dev/null 2>&1; }

forget_cut_off_engine() {
    # An engine that was cut off leaves its pid file; the number may belong to another program by now.
    [ -f "$engine_pid_file" ] || return 0
    local pid
    pid=$(cat "$engine_pid_file")
    [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = dockerd ] || rm -f "$engine_pid_file"
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
        kill -0 "$(cat "$pid_file")" 2>/dev/null || break
        sleep 1
    done
    tail -20 "$log" >&2
    return 1
}

stop() {
    [ -f "$pid_file" ] || return 0
    local pid
    pid=$(cat "$pid_file")
    rm -f "$pid_file"
    [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = dockerd ] || return 0
    kill "$pid"
    for _ in $(seq 30); do
        kill -0 "$pid" 2>/dev/null || { echo "docker: engine stopped"; return 0; }
        sleep 1
    done
    echo "docker: engine $pid did not stop within 30 s" >&2
}

case ${1:-} in
    start) start ;;
    stop) stop ;;
    *) echo "usage: engine.sh start|stop" >&2; exit 2 ;;
esac
