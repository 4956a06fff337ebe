# dev/bench tokens: codes to tokens, refreshes, introspection; sourced by it, not run.

CONNECTIONS=${CONNECTIONS:-32}

bench_tokens() {
    local run share=$((SINGLES / (2 * RUNS + 2)))
    begin_part tokens
    configure 1 1
    register_apps
    fill
    make_tokens
    start_latchkey
    say "Warming up"
    tokens_run warm-up code 0 "$share" 1
    tokens_run warm-up refresh 0 "$share" 1
    tokens_run warm-up access 0 "$SINGLES" 1
    wrk_run warm-up /v1/session 1
    for run in $(seq "$RUNS"); do
        say "Run $run of $RUNS"
        tokens_run code code $((run * share)) "$share" "$SECONDS_PER_RUN"
        tokens_run refresh refresh $((run * share)) "$share" "$SECONDS_PER_RUN"
        tokens_run introspection access 0 "$SINGLES" "$SECONDS_PER_RUN"
        wrk_run session /v1/session "$SECONDS_PER_RUN"
    done
    counted code tokens_run counted code $((2 * RUNS * share + share)) "$share" 1
    counted refresh tokens_run counted refresh $((2 * RUNS * share + share)) "$share" 1
    counted introspection tokens_run counted access 0 "$SINGLES" 1
    statement_limit code_limit code "update authorization_codes" "$SINGLES"
    statement_limit refresh_limit refresh "update refresh_tokens" "$SINGLES"
    statement_limit introspection_limit access "from access_tokens" "$SINGLES" --again
    pgbench_run insert insert.sql "$CONNECTIONS"
    stop_latchkey
    say "The same codes for an app that wants RS256"
    sed -i 's/^id_token_algorithm: .*/id_token_algorithm: RS256/' "$WORK/clients/bench.yaml"
    start_latchkey
    for run in $(seq "$RUNS"); do
        tokens_run code_rs256 code $(((RUNS + run) * share)) "$share" "$SECONDS_PER_RUN"
    done
    say "openssl: signatures"
    end_part connections="$CONNECTIONS" es256_signature_rate="$(signatures ecdsap256)" \
        rs256_signature_rate="$(signatures rsa2048)"
}
