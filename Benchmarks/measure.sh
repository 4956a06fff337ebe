# How dev/bench measures; sourced by it, not run.

TICK=$((1000000 / $(getconf CLK_TCK)))
# Microseconds of CPU that a process has used.
cpu_of() { awk -v tick="$TICK" '{ sub(/.*\) /, ""); print ($12 + $13) * tick }' "/proc/$1/stat"; }
# The same of Postgres: the postmaster, those of its children that have ended, and those that live.
cpu_of_postgres() {
    cat /proc/[0-9]*/stat 2>/dev/null | awk -v tick="$TICK" -v master="$POSTMASTER" '
        { pid = $1; sub(/.*\) /, "") }
        pid == master { sum += $12 + $13 + $14 + $15 }
        $2 == master { sum += $12 + $13 }
        END { print sum * tick }'
}
cpu_of_machine() { awk -v tick="$TICK" '/^cpu / { print ($2 + $3 + $4 + $7 + $8) * tick }' /proc/stat; }

snapshot() { echo "$(cpu_of "$LATCHKEY") $(cpu_of_postgres) $([ -z "${MOCK:-}" ] && echo 0 || cpu_of "$MOCK") $(cpu_of_machine)"; }

# Each line of $WORK/NAME.runs is one run: operations per second, p50 ms, p99 ms, errors, then microseconds of CPU for each
# operation of Latchkey, Postgres and the stand-ins, then the cores that everything else on the machine used.
# record NAME OPERATIONS SECONDS P50 P99 ERRORS LOAD_CPU_SECONDS BEFORE AFTER
record() {
    awk -v n="$2" -v s="$3" -v p50="$4" -v p99="$5" -v errors="$6" -v load="$7" -v before="$8" -v after="$9" 'BEGIN {
        split(before, b); split(after, a); if (n < 1) n = 1
        other = (a[4] - b[4] - (a[1] - b[1]) - (a[2] - b[2]) - (a[3] - b[3])) / 1e6 - load
        printf "%.1f %.3f %.3f %d %.1f %.1f %.1f %.2f\n",
            n / s, p50, p99, errors, (a[1] - b[1]) / n, (a[2] - b[2]) / n, (a[3] - b[3]) / n, (other > 0 ? other : 0) / s
    }' >>"$WORK/$1.runs"
}

# median NAME COLUMN
median() { median_of "$WORK/$1.runs" "$2"; }
median_count() { median_of "$WORK/$1.counts" "$2"; }
median_of() {
    sort -g -k "$2,$2" "$1" | awk -v column="$2" '
        { value[NR] = $column }
        END { print NR % 2 ? value[(NR + 1) / 2] : (value[NR / 2] + value[NR / 2 + 1]) / 2 }'
}
sum() { awk -v column="$2" '{ total += $column } END { print total + 0 }' "$WORK/$1.runs"; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.3f", (b > 0 ? a / b : 0) }'; }

# Runs a command, its output to $WORK/out and its CPU seconds to LOAD_CPU; BEFORE and AFTER are snapshots around it.
watched() {
    local TIMEFORMAT='%U %S' status=0
    BEFORE=$(snapshot)
    { time "$@" >"$WORK/out" 2>"$WORK/err" || status=$?; } 2>"$WORK/time"
    AFTER=$(snapshot)
    [ "$status" -eq 0 ] || die "$1 failed: $(tail -n 3 "$WORK/err" "$WORK/out")"
    LOAD_CPU=$(awk '{ print $1 + $2 }' "$WORK/time")
}

# wrk_run NAME PATH SECONDS
wrk_run() {
    watched wrk -t 1 -c "$CONNECTIONS" -d "${3}s" --latency -s Benchmarks/session.lua "http://127.0.0.1:$PORT$2" \
        -- "$WORK/tokens.txt"
    local count micros status broken p50 p99
    read -r _ count micros status broken p50 p99 < <(grep ^RESULT "$WORK/out")
    record "$1" "$count" "$(awk -v us="$micros" 'BEGIN { print us / 1e6 }')" "$p50" "$p99" $((status + broken)) "$LOAD_CPU" \
        "$BEFORE" "$AFTER"
}

# What Postgres does alone over its socket: pgbench_run NAME FILE
pgbench_run() {
    say "pgbench: $2"
    watched "$PG/pgbench" -n -M prepared -c 8 -j 2 -T "$SECONDS_PER_RUN" -D rows="$ROWS" -f "Benchmarks/$2" "$DATABASE"
    local rate latency
    rate=$(awk '/^tps/ { print $3 }' "$WORK/out")
    latency=$(awk '/^latency average/ { print $4 }' "$WORK/out")
    record "$1" "$(awk -v r="$rate" -v s="$SECONDS_PER_RUN" 'BEGIN { printf "%d", r * s }')" "$SECONDS_PER_RUN" "$latency" 0 0 \
        "$LOAD_CPU" "$BEFORE" "$AFTER"
}

heading() {
    printf '\n%-46s %10s %8s %8s %10s %12s %12s %7s\n' "median of $RUNS runs of $SECONDS_PER_RUN s" "per second" "p50 ms" \
        "p99 ms" "server us" "postgres us" "stand-in us" errors
}
row() {
    printf '%-46s %10.0f %8.2f %8.2f %10.0f %12.0f %12.0f %7d\n' "$2" "$(median "$1" 1)" "$(median "$1" 2)" \
        "$(median "$1" 3)" "$(median "$1" 5)" "$(median "$1" 6)" "$(median "$1" 7)" "$(sum "$1" 4)"
}
# The most that anything else used in any run.
other_cores() { cat "$WORK"/*.runs | awk '$8 > most { most = $8 } END { printf "%.2f", most }'; }

# Resident memory of Latchkey while it is under load.
memory() {
    RSS=$(awk '/^VmRSS/ { printf "%.1f", $2 / 1024 }' "/proc/$LATCHKEY/status")
    PSS=$(awk '/^Pss:/ { printf "%.1f", $2 / 1024 }' "/proc/$LATCHKEY/smaps_rollup")
}
