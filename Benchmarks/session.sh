# dev/bench session: what every request of every app behind Latchkey costs; sourced by it, not run.

CONNECTIONS=${CONNECTIONS:-64}

bench_session() {
    local token answer run
    begin_part session
    configure 1 1
    fill
    start_latchkey
    start_nginx
    for token in $(sed -n '1p;$p' "$WORK/tokens.txt"); do
        answer=$(http "$PORT" GET /v1/session "Authorization: Bearer $token")
        grep -q '"email":"person[0-9]*@people.example"' <<<"$answer" || die "a known session is not answered: $answer"
    done
    say "Warming up"
    wrk_run warm-up /v1/session 3
    wrk_run warm-up /healthz 1
    # Turn by turn, so that a machine that changes its speed changes all of them.
    for run in $(seq "$RUNS"); do
        say "Run $run of $RUNS"
        wrk_run session /v1/session "$SECONDS_PER_RUN"
        wrk_run healthz /healthz "$SECONDS_PER_RUN"
        wrk_run nginx / "$SECONDS_PER_RUN" "$NGINX_PORT"
    done
    counted session wrk_run counted /v1/session 2
    say "At half the load"
    for run in $(seq "$RUNS"); do
        paced_run half_load "$(awk -v r="$(median session 1)" 'BEGIN { print r / 2 }')" "$SECONDS_PER_RUN"
    done
    statement_limit select session "from sessions" "$TOKENS" --again
    pgbench_run insert insert.sql 8
    end_part connections="$CONNECTIONS"
}
