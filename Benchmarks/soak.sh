# dev/bench soak: memory over MINUTES of mixed load at a fixed rate; sourced by it, not run.
# CHECK_RATE (1000), RETURNING_RATE (10), NEW_RATE (5): session checks and sign-ins a second. Passwords, refreshes and introspections
# come beside them, a few a second.

MINUTES=${MINUTES:-60}
CHECK_RATE=${CHECK_RATE:-1000}
RETURNING_RATE=${RETURNING_RATE:-10}
NEW_RATE=${NEW_RATE:-5}
SINGLES=${SINGLES:-1000}
. Benchmarks/sign_in.sh

bench_soak() {
    local seconds=$((MINUTES * 60)) status=0 job jobs=()
    begin_part soak
    start_stand_ins
    configure "$(stand_in_port google)" "$(stand_in_port github)"
    register_apps
    fill
    give_passwords
    # Everybody signs in here.
    sql -c 'update users set disabled_at = null where disabled_at is not null'
    make_tokens
    start_latchkey
    warm_up_sign_ins
    say "$MINUTES minutes of mixed load"
    # Ended with this script, whatever ends it.
    soaking() {
        local log=$1
        shift
        "$@" >"$WORK/soak-$log" 2>&1 &
        jobs+=($!)
        pids+=($!)
    }
    soaking checks "$BIN/bench-load" paced --port "$PORT" --tokens "$WORK/tokens.txt" --rate "$CHECK_RATE" --seconds "$seconds"
    soaking returning "$BIN/bench-load" sign-in --port "$PORT" --stand-in-port "$(stand_in_port google)" --provider google \
        --origin "$ORIGIN" --connections 8 --rate "$RETURNING_RATE" --seconds "$seconds" --people "$PEOPLE" --devices "$WORK/browsers-google"
    soaking new "$BIN/bench-load" sign-in --port "$PORT" --stand-in-port "$(stand_in_port github)" --provider github \
        --origin "$ORIGIN" --connections 8 --rate "$NEW_RATE" --seconds "$seconds"
    python3 Benchmarks/soak.py --pid "$LATCHKEY" --port "$PORT" --origin "$ORIGIN" --seconds "$seconds" --password "$PASSWORD" \
        --authorization "$AUTHORIZATION" --work "$WORK" >"$WORK/soak" || status=$?
    for job in "${jobs[@]}"; do wait "$job" || status=$?; done
    head -n -1 "$WORK/soak"
    printf '\n%-12s %10s %8s %10s %10s\n' load answers errors 'p50 ms' 'p99 ms'
    for job in checks returning new; do
        tail -n 1 "$WORK/soak-$job" | awk -v name="$job" '{ printf "%-12s %10d %8d %10.2f %10.2f\n", name, $1, $2, $4, $5 }'
        [ "$(tail -n 1 "$WORK/soak-$job" | cut -d ' ' -f 2)" = 0 ] || { head -n 10 "$WORK/soak-$job" >&2 && status=1; }
    done
    tail -n 1 "$WORK/soak"
    [ "$status" -eq 0 ] || die "there were errors"
}
