# How dev/bench measures; sourced by it, not run.

TICK=$((1000000 / $(getconf CLK_TCK)))
# Microseconds of CPU that processes have used.
cpu_of() {
    local pid files=()
    for pid in "$@"; do files+=("/proc/$pid/stat"); done
    awk -v tick="$TICK" '{ sub(/.*\) /, ""); sum += ($12 + $13) * tick } END { print sum }' "${files[@]}"
}
# The same of Postgres: the postmaster, those of its children that have ended, and those that live.
cpu_of_postgres() {
    cat /proc/[0-9]*/stat 2>/dev/null | awk -v tick="$TICK" -v master="$POSTMASTER" '
        { pid = $1; sub(/.*\) /, "") }
        pid == master { sum += $12 + $13 + $14 + $15 }
        $2 == master { sum += $12 + $13 }
        END { print sum * tick }'
}
# With what the host of a virtual machine took for others (steal): it counts as the use of somebody else.
cpu_of_machine() { awk -v tick="$TICK" '/^cpu / { print ($2 + $3 + $4 + $7 + $8 + $9) * tick }' /proc/stat; }

# Of Latchkey (all nodes), Postgres, the stand-ins with nginx, and the machine.
snapshot() {
    local others=0
    # shellcheck disable=SC2086
    [ -z "${MOCK:-}${NGINX:-}" ] || others=$(cpu_of ${MOCK:-} ${NGINX:-})
    # shellcheck disable=SC2086
    echo "$(cpu_of $LATCHKEY ${SECOND:-}) $(cpu_of_postgres) $others $(cpu_of_machine)"
}

# A part of the measurement begins: nothing is left of earlier ones.
begin_part() {
    PART=$1
    rm -f "$WORK"/*.runs "$WORK"/*.counts "$WORK"/*.memory
}

# The table of the part, its figures for those who put parts together, and its line of JSON: end_part [NAME=VALUE…] [--line FILE]
end_part() {
    python3 Benchmarks/report.py part "$PART" --work "$WORK" --run-seconds "$SECONDS_PER_RUN" \
        --facts users="$USERS" identities="$IDENTITIES" sessions="$SESSIONS" tokens="$TOKENS" runs="$RUNS" "$@"
}

# Each line of $WORK/NAME.runs is one run: operations per second, p50 ms, p99 ms, errors, then microseconds of CPU for each
# operation of Latchkey, Postgres and the stand-ins, then the cores that everything else on the machine used.
# record NAME OPERATIONS SECONDS P50 P99 ERRORS, after watched
record() {
    COUNT=$2
    if [ "$6" -ne 0 ] || [ "$2" -eq 0 ]; then
        tail -n 15 "$WORK/out" >&2
        die "$1: $6 errors among $2 answers"
    fi
    awk -v n="$2" -v s="$3" -v p50="$4" -v p99="$5" -v errors="$6" -v load="$LOAD_CPU" -v before="$BEFORE" -v after="$AFTER" 'BEGIN {
        split(before, b); split(after, a)
        other = (a[4] - b[4] - (a[1] - b[1]) - (a[2] - b[2]) - (a[3] - b[3])) / 1e6 - load
        printf "%.1f %.3f %.3f %d %.1f %.1f %.1f %.2f\n",
            n / s, p50, p99, errors, (a[1] - b[1]) / n, (a[2] - b[2]) / n, (a[3] - b[3]) / n, (other > 0 ? other : 0) / s
    }' >>"$WORK/$1.runs"
    if [ -s "$WORK/sample" ]; then cat "$WORK/sample" >>"$WORK/$1.memory"; fi
}

# median NAME COLUMN
median() {
    sort -g -k "$2,$2" "$WORK/$1.runs" | awk -v column="$2" '
        { value[NR] = $column }
        END { print NR % 2 ? value[(NR + 1) / 2] : (value[NR / 2] + value[NR / 2 + 1]) / 2 }'
}

# Runs a command, its output to $WORK/out and its CPU seconds to LOAD_CPU; BEFORE and AFTER are snapshots around it, and
# $WORK/sample is what Latchkey's memory was meanwhile.
watched() {
    local TIMEFORMAT='%U %S' status=0 sampler
    python3 Benchmarks/memory.py "$LATCHKEY" >"$WORK/sample" 2>/dev/null &
    sampler=$!
    BEFORE=$(snapshot)
    { time "$@" >"$WORK/out" 2>"$WORK/err" || status=$?; } 2>"$WORK/time"
    AFTER=$(snapshot)
    kill -TERM "$sampler" 2>/dev/null || true
    wait "$sampler" 2>/dev/null || true
    [ "$status" -eq 0 ] || die "$1 failed: $(tail -qn 3 "$WORK/err" "$WORK/out")"
    LOAD_CPU=$(awk '{ print $1 + $2 }' "$WORK/time")
}

# wrk_record NAME, after watched wrk
wrk_record() {
    local count micros status broken p50 p99
    read -r _ count micros status broken p50 p99 < <(grep ^RESULT "$WORK/out") || die "wrk said nothing: $(tail -n 3 "$WORK/out")"
    record "$1" "$count" "$(awk -v us="$micros" 'BEGIN { print us / 1e6 }')" "$p50" "$p99" $((status + broken))
}

# wrk_run NAME PATH SECONDS [PORT]
wrk_run() {
    watched wrk -t 1 -c "$CONNECTIONS" -d "${3}s" --latency -s Benchmarks/session.lua "http://127.0.0.1:${4:-$PORT}$2" \
        -- "$WORK/tokens.txt"
    wrk_record "$1"
}

# Session checks at a fixed rate: paced_run NAME RATE SECONDS [OPTION…]
paced_run() {
    local name=$1 rate=$2 seconds=$3 count errors elapsed p50 p99
    shift 3
    watched "$BIN/bench-load" paced --port "$PORT" --tokens "$WORK/tokens.txt" --connections "$CONNECTIONS" --rate "$rate" \
        --seconds "$seconds" "$@"
    read -r count errors elapsed p50 p99 _ < <(tail -n 1 "$WORK/out")
    record "$name" "$count" "$elapsed" "$p50" "$p99" "$errors"
}

# What Postgres does alone over its socket: pgbench_run NAME FILE CLIENTS
pgbench_run() {
    local rate latency
    say "pgbench: $2, $3 clients"
    watched "$PG/pgbench" -n -M prepared -c "$3" -j 2 -T "$SECONDS_PER_RUN" -f "Benchmarks/$2" "$DATABASE"
    pgbench_record "$1"
}

# pgbench_record NAME, after watched pgbench
pgbench_record() {
    local rate latency failed
    rate=$(awk '/^tps/ { print $3 }' "$WORK/out")
    latency=$(awk '/^latency average/ { print $4 }' "$WORK/out")
    failed=$(awk '/^number of failed transactions/ { print $5 }' "$WORK/out")
    rm -f "$WORK/sample"
    record "$1" "$(awk -v r="$rate" -v s="$SECONDS_PER_RUN" 'BEGIN { printf "%d", r * s }')" "$SECONDS_PER_RUN" "$latency" 0 \
        "${failed:-0}"
}

no_jobs() { [ "$(sql -c 'select exists (select from jobs where died_at is null)')" = f ]; }

# What one operation asks of Postgres, in a run of its own, because counting is not free: counted NAME COMMAND…
# $WORK/NAME.counts gets statements, transactions that wrote, and pages looked at, for each operation; $WORK/NAME.statements which
# statements they were: calls, pages, mean ms, text.
counted() {
    local name=$1 writes statements pages
    shift
    # Mail that earlier operations have asked for is not this one's.
    until_true no_jobs || die "the jobs are not done after half a minute"
    say "Counting statements: $name"
    count_statements top
    sql -c 'select pg_stat_statements_reset()' >/dev/null
    writes=$(sql -c 'select pg_snapshot_xmax(pg_current_snapshot())')
    "$@"
    writes=$(($(sql -c 'select pg_snapshot_xmax(pg_current_snapshot())') - writes))
    sql -F ' ' -c "
        select calls, shared_blks_hit + shared_blks_read, round(mean_exec_time::numeric, 3), regexp_replace(left(query, 200), '\s+', ' ', 'g')
        from pg_stat_statements s join pg_database d on d.oid = s.dbid
        where datname = current_database() and query not like '%pg_stat_statements%' and query not like '%pg_snapshot_xmax%'
        order by calls desc" >"$WORK/$name.statements"
    read -r statements pages < <(awk '{ calls += $1; pages += $2 } END { print calls + 0, pages + 0 }' "$WORK/$name.statements")
    count_statements none
    awk -v n="$COUNT" -v s="$statements" -v w="$writes" -v p="$pages" \
        'BEGIN { printf "%.2f %.2f %.1f\n", s / n, w / n, p / n }' >"$WORK/$name.counts"
}
