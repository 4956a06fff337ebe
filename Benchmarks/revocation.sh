# dev/bench revocation: how soon another node refuses; sourced by it, not run.

SAMPLES=${SAMPLES:-500}

bench_revocation() {
    SINGLES=$((SAMPLES * 2 + 10))
    begin_part revocation
    configure 1 1
    register_apps
    fill
    make_tokens
    start_latchkey
    start_second
    # The same seed: the access token of a number belongs to the grant of the refresh token of that number.
    sql -c "update access_tokens a set session_id = r.session_id from bench_single x join bench_single y using (number)
            join refresh_tokens r on r.token_hash = y.token_hash
            where x.kind = 'access' and y.kind = 'refresh' and a.token_hash = x.token_hash"
    python3 Benchmarks/revocation.py --ports "$PORT" "$SECOND_PORT" --samples "$SAMPLES" --work "$WORK" \
        --authorization "$AUTHORIZATION" --psql "$PG/psql" --database "$DATABASE" >"$WORK/revocation"
    head -n -1 "$WORK/revocation"
    end_part --line "$WORK/revocation"
}
