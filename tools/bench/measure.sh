# Tool: bench. Starting, measuring and stopping; sourced by run.sh.
#
# Needs: BUILD (build tree), OUT (folder for results), ROUND, MAX_STEAL and MAX_OTHERS (per cent), ATTEMPTS. Everything listens on loopback at free ports, is
# stopped by its own process id, and lives no longer than one sample, so that nothing runs beside what is measured.

PIDS=()

stop_all() {
    local pid
    for pid in "${PIDS[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
    for pid in "${PIDS[@]}"; do
        for _ in $(seq 50); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
        kill -KILL "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    PIDS=()
}

# start NAME COMMAND…: runs it in the background; LISTENING is what its line "listening on …" says, STARTED_PID its process.
start() {
    local name=$1 log=$OUT/$1.log
    shift
    : >"$log"
    "$@" >"$log" 2>&1 </dev/null &
    STARTED_PID=$!
    PIDS+=("$STARTED_PID")
    for _ in $(seq 200); do
        LISTENING=$(sed -n 's/.*listening on \([^ ]*\).*/\1/p' "$log" | head -n 1)
        [[ -n $LISTENING ]] && return 0
        kill -0 "$STARTED_PID" 2>/dev/null || break
        sleep 0.05
    done
    echo "$name did not start:" >&2
    tail -n 5 "$log" >&2
    return 1
}

# start_standin WIDTH HEIGHT: sets STANDIN to HOST:PORT.
start_standin() {
    start standin "$BUILD/octane-standin" --release alpha5 --pattern --fps 30 --width "$1" --height "$2" --port 0 --control-port 0
    STANDIN=$LISTENING
}

# start_proxy PROGRAM [options…]: sets PROXY_URL and PROXY_PID, and waits until the proxy has found the stand-in.
start_proxy() {
    start proxy "$1" --host 127.0.0.1 --port 0 --octane-host "${STANDIN%:*}" --octane-port "${STANDIN##*:}" \
        --log-level warn "${@:2}"
    PROXY_URL=$LISTENING PROXY_PID=$STARTED_PID
    for _ in $(seq 100); do
        curl -sf -o /dev/null --max-time 1 "$PROXY_URL/health" && return 0
        sleep 0.05
    done
    echo "the proxy did not find the stand-in" >&2
    return 1
}

# start_fanout EVENT_BYTES THREADS: sets FANOUT_URL and FANOUT_PID.
start_fanout() {
    start fanout "$BUILD/octane-bench-fanout" --size "$1" --threads "$2" --lifetime 600
    FANOUT_URL=$LISTENING FANOUT_PID=$STARTED_PID
}

# Ticks of the whole machine: all, stolen, and those that processes used; then what our own processes used, the ended ones included.
cpu_times() {
    local pid ours=0
    for pid in "${PIDS[@]}"; do
        ours=$((ours + $(awk '{ sub(/.*\) /, ""); print $12 + $13 }' "/proc/$pid/stat" 2>/dev/null || echo 0)))
    done
    ours=$((ours + $(awk '{ sub(/.*\) /, ""); print $14 + $15 }' "/proc/$$/stat")))
    awk -v ours="$ours" '/^cpu / { for (i = 2; i <= 9; i++) all += $i; print all, $9, $2 + $3 + $4, ours; exit }' /proc/stat
}

# share_between BEFORE AFTER: per cent of the time between that was stolen, and that processes other than ours used.
share_between() {
    awk -v b="$1" -v a="$2" 'BEGIN {
        split(b, x, " "); split(a, y, " ")
        all = y[1] - x[1]; if (all <= 0) all = 1
        others = (y[3] - x[3]) - (y[4] - x[4]); if (others < 0) others = 0
        printf "%.2f %.2f\n", 100 * (y[2] - x[2]) / all, 100 * others / all
    }'
}

is_within() { awk -v value="$1" -v limit="$2" 'BEGIN { exit !(value <= limit) }'; }

# Returns when other processes have used less than MAX_OTHERS for a second, or after a minute.
wait_for_quiet() {
    local before others
    ((MAX_OTHERS < 100)) || return 0
    for _ in $(seq 60); do
        before=$(cpu_times)
        sleep 1
        read -r _ others < <(share_between "$before" "$(cpu_times)")
        if is_within "$others" "$MAX_OTHERS"; then return 0; fi
    done
    return 0
}

# take CASE SUBJECT COMMAND…: runs the command and appends what it reports to samples.tsv. A command that fails leaves no numbers, only
# a line in failures.tsv. If another guest of the host took more than MAX_STEAL per cent of the processor time, or other processes of this
# machine more than MAX_OTHERS, the sample is put aside and taken again, ATTEMPTS times in all.
take() {
    local case=$1 subject=$2 before steal others status
    shift 2
    for _ in $(seq "$ATTEMPTS"); do
        wait_for_quiet
        before=$(cpu_times) status=0
        timeout 180 "$@" >"$OUT/sample.txt" 2>"$OUT/sample.err" || status=$?
        read -r steal others < <(share_between "$before" "$(cpu_times)")
        if ((status != 0)); then
            printf '%s\t%s\t%s\tstatus %s\t%s\n' "$ROUND" "$case" "$subject" "$status" "$(head -n 1 "$OUT/sample.err")" >>"$OUT/failures.tsv"
            echo "round $ROUND  $case  $subject  FAILED: $(head -n 1 "$OUT/sample.err")" >&2
            return 0
        fi
        printf 'steal_percent %s\nothers_percent %s\n' "$steal" "$others" >>"$OUT/sample.txt"
        if is_within "$steal" "$MAX_STEAL" && is_within "$others" "$MAX_OTHERS"; then
            awk -v r="$ROUND" -v c="$case" -v s="$subject" '{ print r "\t" c "\t" s "\t" $1 "\t" $2 }' "$OUT/sample.txt" >>"$OUT/samples.tsv"
            echo "round $ROUND  $case  $subject  $(tr -s ' \n' '= ' <"$OUT/sample.txt")" >>"$OUT/log.txt"
            return 0
        fi
        printf '%s\t%s\t%s\tsteal %s\tothers %s\n' "$ROUND" "$case" "$subject" "$steal" "$others" >>"$OUT/discarded.tsv"
    done
}

value_of() { awk -v name="$1" '$1 == name { print $2 }' "$OUT/sample.txt"; }
