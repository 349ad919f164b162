#!/usr/bin/env bash
# Installs what is missing, builds octane-proxy and runs it.
#   tools/run.sh [proxy options]              beside an Octane that runs (or will)
#   tools/run.sh --standin [proxy options]    with the stand-in renderer in Octane's place
# All options but --standin go to octane-proxy; `tools/run.sh --help` lists them. Ctrl-C ends everything that was started.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { echo "run: $*" >&2; }

# minutes SECONDS: as in "4 min 12 s".
minutes() {
  if (($1 >= 60)); then echo "$(($1 / 60)) min $(($1 % 60)) s"; else echo "$1 s"; fi
}

with_standin=false
only_asks=false
octane_host=""
octane_port=${OCTANE_PROXY_OCTANE_PORT:-${OCTANE_PORT:-51022}}
proxy_options=()
previous=""
for argument in "$@"; do
  if [[ $argument == --standin ]]; then
    with_standin=true
    continue
  fi
  case $argument in
    -h | --help | --version) only_asks=true ;;
    --octane-port=*) octane_port=${argument#*=} ;;
    --octane-host=*) octane_host=${argument#*=} ;;
  esac
  case $previous in
    --octane-port) octane_port=$argument ;;
    --octane-host) octane_host=$argument ;;
  esac
  proxy_options+=("$argument")
  previous=$argument
done

if $with_standin && ! $only_asks; then
  if [[ -n $octane_host && $octane_host != 127.0.0.1 && $octane_host != localhost ]]; then
    say "--standin starts a renderer on this machine, so --octane-host $octane_host does not fit; leave one of them out"
    exit 2
  fi
  if (exec 3<>"/dev/tcp/127.0.0.1/$octane_port") 2>/dev/null; then
    say "something listens on 127.0.0.1:$octane_port already, perhaps Octane or another stand-in."
    say "To use it: tools/run.sh --octane-host 127.0.0.1 --octane-port $octane_port"
    say "To start a stand-in beside it: tools/run.sh --standin --octane-port $((octane_port + 10))"
    exit 1
  fi
fi

tools/install-packages.sh build
# One compiler a processor: the third that Ninja starts on two makes all three slower.
export CMAKE_BUILD_PARALLEL_LEVEL=${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}
[[ -f build/release/build.ninja ]] || cmake --preset release
targets=(octane-proxy)
if $with_standin; then targets+=(octane-standin); fi
cmake --build build/release --target "${targets[@]}" >&2

if ! $with_standin || $only_asks; then exec build/release/octane-proxy "${proxy_options[@]}"; fi

# Job control puts each program into a process group of its own: Ctrl-C reaches only this script, which then ends both in order.
set -m
standin=""
standin_log=$(mktemp)
end_standin() {
  rm -f "$standin_log"
  if [[ -n $standin ]] && kill -TERM "$standin" 2>/dev/null; then wait "$standin" || true; fi
}
trap end_standin EXIT

build/release/octane-standin --host 127.0.0.1 --port "$octane_port" >"$standin_log" &
standin=$!
deadline=$((SECONDS + 30))
until grep -q '^listening on ' "$standin_log"; do
  if ! kill -0 "$standin" 2>/dev/null || ((SECONDS >= deadline)); then
    say "the stand-in renderer did not start"
    exit 1
  fi
  sleep 0.1
done
sed 's/^/stand-in: /' "$standin_log" >&2

# status_of HOST PORT: the HTTP status of GET /render/frame.jpg. Without curl, which only tests need.
status_of() {
  local status
  exec 3<>"/dev/tcp/$1/$2" || return
  printf 'GET /render/frame.jpg HTTP/1.1\r\nHost: localhost:%s\r\nConnection: close\r\n\r\n' "$2" >&3
  read -r -t 10 _ status _ <&3
  exec 3>&-
  echo "${status:-none}"
}

# tell_first_picture HOST PORT: asks until there is a picture, for a minute, and says how long that took from the start of this script.
tell_first_picture() {
  local host=$1 status deadline=$((SECONDS + 60))
  case $host in 0.0.0.0 | "[::]") host=127.0.0.1 ;; esac
  while ((SECONDS < deadline)); do
    status=$(status_of "$host" "$2" 2>/dev/null) || return
    case $status in
      200) say "picture after $(minutes $SECONDS): http://$host:$2/"; return ;;
      401 | 403) return ;;  # it wants a token
    esac
    sleep 0.2
  done
}

# Copies what the proxy prints, and waits for a picture once it listens. Ends with the proxy, not with Ctrl-C.
follow_proxy() {
  trap '' INT TERM HUP
  local line
  while IFS= read -r line; do
    printf '%s\n' "$line"
    if [[ $line =~ ^listening\ on\ http://(.+):([0-9]+)$ ]]; then tell_first_picture "${BASH_REMATCH[@]:1}" & fi
  done
}

build/release/octane-proxy --octane-host 127.0.0.1 --octane-port "$octane_port" "${proxy_options[@]}" > >(follow_proxy) &
proxy=$!
is_interrupted=true
trap 'is_interrupted=true; kill -TERM "$proxy" 2>/dev/null || true' INT TERM HUP
status=0
while $is_interrupted; do
  is_interrupted=false
  wait "$proxy" && status=0 || status=$?
done
exit "$status"
