# dev/bench scaling: cost per operation as the tables grow, and two nodes over one Postgres; sourced by it, not run.
# SIZES (10000 100000 1000000 3000000): how many sessions; a third as many users, twice as many identities as users.

SIZES=${SIZES:-10000 100000 1000000 3000000}
SINGLES=${SINGLES:-12000}
# Every run is short: what counts is CPU and pages for each operation.
. Benchmarks/sign_in.sh

# The three operations on tables of one size.
measure_size() {
    local size=$1 share=$((SINGLES / 2))
    SESSIONS=$size
    USERS=$((size / 3 > 3000 ? size / 3 : 3000))
    IDENTITIES=$((USERS * 2))
    say "— $size sessions —"
    configure "$(stand_in_port google)" "$(stand_in_port github)"
    register_apps
    fill
    make_tokens
    start_latchkey
    warm_up_sign_ins
    CONNECTIONS=64
    wrk_run warm-up /v1/session 2
    wrk_run "session_at_$size" /v1/session "$SECONDS_PER_RUN"
    counted "session_at_$size" wrk_run counted /v1/session 2
    CONNECTIONS=16
    known_browsers google
    sign_in_run "sign_in_at_$size" google "${KNOWN[@]}"
    counted "sign_in_at_$size" sign_in_run counted google "${KNOWN[@]}"
    CONNECTIONS=32
    tokens_run "refresh_at_$size" refresh 0 "$share" 2
    counted "refresh_at_$size" tokens_run counted refresh "$share" "$share" 1
    stop_latchkey
}

# Two loads at once, and their sum: both NAME COMMAND-WITH-PORT…; PORT in the words becomes each node's.
two_wrk() {
    CONNECTIONS=32
    watched bash -c '
        for port in "$2" "$3"; do
            wrk -t 1 -c "$1" -d "$4s" --latency -s Benchmarks/session.lua "http://127.0.0.1:$port/v1/session" -- "$5" &
        done
        wait' two "$CONNECTIONS" "$PORT" "$SECOND_PORT" "$SECONDS_PER_RUN" "$WORK/tokens.txt"
    [ "$(grep -c ^RESULT "$WORK/out")" -eq 2 ] || die "one of two loads said nothing: $(tail -n 3 "$WORK/out")"
    sum_record two_session <(awk '/^RESULT/ { print $2, $4 + $5, $3 / 1e6, $6, $7 }' "$WORK/out")
}

two_sign_ins() {
    CONNECTIONS=8
    watched bash -c '
        for port in "$2" "$3"; do
            "$5" sign-in --port "$port" --stand-in-port "$6" --provider google --origin "$7" --connections "$1" --seconds "$4" &
        done
        wait' two "$CONNECTIONS" "$PORT" "$SECOND_PORT" "$SECONDS_PER_RUN" "$BIN/bench-load" "$(stand_in_port google)" "$ORIGIN"
    [ "$(grep -cE '^[0-9]+ [0-9]+ [0-9.]+ [0-9.]+ [0-9.]+$' "$WORK/out")" -eq 2 ] ||
        die "one of two loads said nothing: $(tail -n 3 "$WORK/out")"
    sum_record two_sign_in <(grep -E '^[0-9]+ [0-9]+ [0-9.]+ [0-9.]+ [0-9.]+$' "$WORK/out")
}

# Lines of number, errors, seconds, p50 and p99 as one: the later percentile counts.
sum_record() {
    local count errors seconds p50 p99
    read -r count errors seconds p50 p99 < <(awk '
        { n += $1; e += $2; if ($3 > s) s = $3; if ($4 > a) a = $4; if ($5 > b) b = $5 } END { print n, e, s, a, b }' "$2")
    record "$1" "$count" "$seconds" "$p50" "$p99" "$errors"
}

two_nodes() {
    local run
    say "— two nodes over one Postgres —"
    start_latchkey
    start_second
    CONNECTIONS=64
    wrk_run warm-up /v1/session 2
    for run in $(seq "$RUNS"); do
        say "Run $run of $RUNS"
        CONNECTIONS=64
        wrk_run one_session /v1/session "$SECONDS_PER_RUN"
        two_wrk
        CONNECTIONS=16
        sign_in_run one_sign_in google
        two_sign_ins
    done
}

bench_scaling() {
    local size
    begin_part scaling
    start_stand_ins
    for size in $SIZES; do measure_size "$size"; done
    two_nodes
    python3 Benchmarks/scaling.py "$WORK" >"$WORK/scaling"
    head -n -1 "$WORK/scaling"
    end_part --line "$WORK/scaling"
}
