# dev/bench sign-in: complete social sign-ins; sourced by it, not run.

CONNECTIONS=${CONNECTIONS:-16}

# The people of bench-load at a stand-in, whose identities are in the tables: introduce PROVIDER FIRST_SUBJECT
introduce() {
    python3 Benchmarks/people.py --control "$(stand_in_port control)" --provider "$1" --count "$PEOPLE" --first "$2" \
        --step $((USERS / PEOPLE)) || die "nobody is known to the stand-in for $1"
}

# The people who are known, each with the browser that they had before: arguments of load in KNOWN.
known_browsers() { KNOWN=(--people "$PEOPLE" --devices "$WORK/browsers-$1"); }

# load PROVIDER ARGUMENTS…
load() {
    local provider=$1
    shift
    watched "$BIN/bench-load" sign-in --port "$PORT" --stand-in-port "$(stand_in_port "$provider")" --provider "$provider" \
        --origin "$ORIGIN" --connections "$CONNECTIONS" --seconds "$SECONDS_PER_RUN" "$@"
}

# sign_in_run NAME PROVIDER ARGUMENTS…
sign_in_run() {
    local name=$1 count errors seconds p50 p99
    shift
    load "$@"
    read -r count errors seconds p50 p99 < <(tail -n 1 "$WORK/out")
    record "$name" "$count" "$seconds" "$p50" "$p99" "$errors"
}

# Everything a sign-in needs, running and warm.
prepare_sign_ins() {
    start_stand_ins
    configure "$(stand_in_port google)" "$(stand_in_port github)"
    fill
    start_latchkey
    warm_up_sign_ins
}

warm_up_sign_ins() {
    local provider
    say "Introducing $PEOPLE people to the stand-ins, and warming up"
    introduce google 8000000000
    # Where nobody has a second identity, they sign up here.
    introduce github 9000000000
    for provider in google github; do
        rm -f "$WORK/browsers-$provider"
        known_browsers "$provider"
        sign_in_run warm-up "$provider" "${KNOWN[@]}" --once --seconds 300
    done
    sign_in_run warm-up google
}

bench_sign_in() {
    local run
    begin_part sign-in
    prepare_sign_ins
    for run in $(seq "$RUNS"); do
        say "Run $run of $RUNS"
        known_browsers google
        sign_in_run returning google "${KNOWN[@]}"
        sign_in_run new google
        sign_in_run new_browser google --people "$PEOPLE"
        known_browsers github
        sign_in_run github github "${KNOWN[@]}"
    done
    # Notices to people in new browsers are sent a little later: they are not the others'.
    counted github sign_in_run counted github "${KNOWN[@]}"
    known_browsers google
    counted returning sign_in_run counted google "${KNOWN[@]}"
    counted new sign_in_run counted google
    counted new_browser sign_in_run counted google --people "$PEOPLE"
    pgbench_run insert insert.sql 8
    end_part connections="$CONNECTIONS"
}
