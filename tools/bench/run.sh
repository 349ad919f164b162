#!/usr/bin/env bash
# Tool: bench. One command measures the proxy next to the limit programs and prints a Markdown report. See README.md here.
set -euo pipefail

usage() {
    cat <<'TEXT'
usage: tools/bench/run.sh [--quick | --sweep] [options]

  (nothing)      five interleaved rounds of every row of the table, about half an hour
  --quick        one short round, about two minutes
  --sweep        how cost grows: 1…1000 viewers of a small picture, and pictures of 80 kB…33 MB
  --rounds N     rounds
  --seconds S    length of one measurement
  --discard      the load generator drops pixels inside the kernel instead of copying them out
  --patient      waits for the machine to be quiet before each sample, and takes again what other processes disturbed
  --beside FILE  measures another octane-proxy in the same rounds, as "before"
  --no-build     use the programs in build/release as they are
  --out DIR      where samples, logs and report.md go (default build/bench)
TEXT
}

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(cd "$HERE/../.." && pwd)
BUILD=$ROOT/build/release
OUT=$ROOT/build/bench
MODE=full ROUNDS=5 SECONDS_EACH=5 WARM_UP=1.5 MAX_STEAL=3 MAX_OTHERS=100 ATTEMPTS=3 IS_BUILT=false BEFORE=
VIEWER_OPTIONS=()
while (($# > 0)); do
    case $1 in
        --quick) MODE=quick ROUNDS=1 SECONDS_EACH=2 WARM_UP=0.8 ;;
        --sweep) MODE=sweep ROUNDS=1 SECONDS_EACH=3 ;;
        --rounds) ROUNDS=$2 && shift ;;
        --seconds) SECONDS_EACH=$2 && shift ;;
        --discard) VIEWER_OPTIONS+=(--discard) ;;
        --patient) MAX_OTHERS=5 ATTEMPTS=8 ;;
        --beside) BEFORE=$(realpath -e "$2") && shift ;;
        --no-build) IS_BUILT=true ;;
        --out) OUT=$2 && shift ;;
        --help | -h) usage && exit 0 ;;
        *) echo "unknown option $1" >&2 && usage >&2 && exit 2 ;;
    esac
    shift
done

for tool in curl awk timeout; do
    command -v "$tool" >/dev/null || { echo "$tool is needed (install it with your package manager)" >&2; exit 2; }
done
if ! $IS_BUILT; then
    (cd "$ROOT" && cmake --preset release >/dev/null &&
        cmake --build build/release --target octane-proxy octane-standin octane-bench octane-bench-fanout octane-bench-grpc \
            octane-bench-steps) >&2
fi
mkdir -p "$OUT"
rm -f "$OUT"/{samples,discarded,failures}.tsv "$OUT"/log.txt
touch "$OUT"/{samples,discarded,failures}.tsv
ulimit -n "$(ulimit -H -n)" 2>/dev/null || true
unset OCTANE_HOST OCTANE_PORT "${!OCTANE_PROXY_@}" || true
# shellcheck source=tools/bench/measure.sh
source "$HERE/measure.sh"
trap stop_all EXIT

# for_each_proxy FUNCTION ARGUMENTS…: calls it with the subject's name and the program before the arguments.
for_each_proxy() {
    "$1" proxy "$BUILD/octane-proxy" "${@:2}"
    [[ -z $BEFORE ]] || "$1" before "$BEFORE" "${@:2}"
}

calls_of() {
    start_standin 64 64
    start_proxy "$2" --upstream-concurrency 0
    take "unary/$3" "$1" "$BUILD/octane-bench" unary --url "$PROXY_URL" --connections "$3" --seconds "$SECONDS_EACH" --warm-up 0.5
    stop_all
}

# calls CONNECTIONS: the proxy, gRPC direct at the same depth, and HTTP alone.
calls() {
    local timing=(--seconds "$SECONDS_EACH" --warm-up 0.5)
    for_each_proxy calls_of "$1"
    start_standin 64 64
    take "unary/$1" grpc "$BUILD/octane-bench-grpc" unary --target "$STANDIN" --depth "$1" "${timing[@]}"
    stop_all
    start_fanout 4096 1
    take "unary/$1" http "$BUILD/octane-bench" unary --url "$FANOUT_URL" --connections "$1" "${timing[@]}"
    stop_all
}

ingest() {
    start_standin 1024 512
    take ingest/1 grpc "$BUILD/octane-bench-grpc" ingest --target "$STANDIN" --seconds "$SECONDS_EACH"
    stop_all
}

# viewers_of SUBJECT PROGRAM THREADS CASE QUERY WIDTH HEIGHT; LOAD is the load generator. EVENT_BYTES: of an event that the proxy sent.
viewers_of() {
    start_standin "$6" "$7"
    start_proxy "$2" --threads "$3"
    take "$4" "$1-$3" "${LOAD[@]}" --query "$5" --url "$PROXY_URL" --pid "$PROXY_PID"
    [[ $1 != proxy ]] || EVENT_BYTES=$(value_of bytes_per_event)
    stop_all
}

# viewers CASE COUNT QUERY WIDTH HEIGHT: each proxy, then the bare loop with events of the size the proxy sent; with one writing thread
# each, and, but for the sweep, with two each: a reader on a machine of two cores waits for both.
viewers() {
    local case=$1 threads counts=(1 2)
    LOAD=("$BUILD/octane-bench" viewers --count "$2" --seconds "$SECONDS_EACH" --warm-up "$WARM_UP" "${VIEWER_OPTIONS[@]}")
    [[ $MODE != sweep ]] || counts=(1)
    for threads in "${counts[@]}"; do
        for_each_proxy viewers_of "$threads" "$case" "$3" "$4" "$5"
        if [[ -z $EVENT_BYTES || $EVENT_BYTES == 0 ]]; then
            echo "$case: the proxy delivered nothing, so there is no size to give the limit program" >&2
            return 0
        fi
        start_fanout "$EVENT_BYTES" "$threads"
        take "$case" "limit-$threads" "${LOAD[@]}" --url "$FANOUT_URL" --pid "$FANOUT_PID"
        stop_all
    done
}

for ROUND in $(seq "$ROUNDS"); do
    echo "round $ROUND of $ROUNDS" >&2
    if [[ $MODE == sweep ]]; then
        for count in 1 2 4 8 16 32 64 128 256 512 1000; do viewers "sweep-viewers/$count" "$count" format=raw 150 100; done
        for size in 150x100 480x270 1024x512 1920x1080 2560x1440 3840x2160; do
            for count in 1 8; do viewers "sweep-size/$size-$count" "$count" format=raw "${size%x*}" "${size#*x}"; done
        done
        continue
    fi
    for connections in 1 16 64; do calls "$connections"; done
    ingest
    take steps/1 proxy "$BUILD/octane-bench-steps"
    for count in 1 8 32; do viewers "raw/$count" "$count" format=raw 1024 512; done
    for count in 1 8 32; do
        [[ $MODE == quick && $count == 8 ]] || viewers "jpeg/$count" "$count" format=jpeg 1024 512
    done
    if [[ $MODE == full ]]; then
        viewers raw/100 100 format=raw 1024 512
        WARM_UP=4 viewers small/1000 1000 format=raw 150 100
    fi
done

{
    echo "Measured $(date -u +%F) on $(nproc) cores of $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)," \
        "$(awk '/^MemTotal/ { printf "%.0f GB", $2 / 1e6 }' /proc/meminfo), Linux $(uname -r);" \
        "$ROUNDS round(s) of $SECONDS_EACH s each; $(wc -l <"$OUT/discarded.tsv") sample(s) discarded as disturbed," \
        "$(wc -l <"$OUT/failures.tsv") failed."
    awk -f "$HERE/report.awk" "$OUT/samples.tsv"
    [[ ! -s $OUT/failures.tsv ]] || { printf '\n### Failed samples\n\n' && sed 's/^/    /' "$OUT/failures.tsv"; }
} | tee "$OUT/report.md"
[[ ! -s $OUT/failures.tsv ]]
