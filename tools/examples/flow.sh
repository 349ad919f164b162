# What the flows share; sourced by each. Starts a stand-in and the proxy on free ports, and ends both with the script.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[1]}")" && pwd)
proxy=${OCTANE_BUILD_DIR:-$here/../../../build/release}/octane-proxy
[[ -x $proxy ]] || { echo "there is no $proxy; build the proxy first" >&2; exit 2; }
work=$(mktemp -d)
pids=()
stop() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap stop EXIT

# started LOG PATTERN: what the line of that pattern says, once it is there.
started() {
  for _ in $(seq 200); do
    local said
    said=$(sed -nE "s#.*$2.*#\1#p" "$1" | head -n 1)
    [[ -n $said ]] && { echo "$said"; return; }
    sleep 0.1
  done
  echo "nothing started: $(tail -n 3 "$1")" >&2
  return 1
}

# start_standin FOLDER [OPTION…]: sets `standin`, its address.
start_standin() {
  /usr/bin/python3 "$here/../$1/standin.py" "${@:2}" >"$work/$1.log" 2>&1 &
  pids+=($!)
  standin=$(started "$work/$1.log" 'listening on ([0-9.:]+)')
}

# start_proxy: with the configuration on stdin; sets `base`, its address, once its upstreams are there.
start_proxy() {
  cat >"$work/proxy.toml"
  "$proxy" --host 127.0.0.1 --port 0 --config "$work/proxy.toml" >"$work/proxy.log" 2>&1 &
  pids+=($!)
  base=$(started "$work/proxy.log" 'listening on (http[^ ]+)')
  for _ in $(seq 200); do
    local states
    states=$(curl -sS "$base/upstreams" | grep -o '"state":"[a-z]*"')
    [[ -n $states && -z $(grep -v connected <<<"$states") ]] && return
    sleep 0.1
  done
  echo "the proxy does not reach the stand-in: $(curl -sS "$base/upstreams")" >&2
  return 1
}
