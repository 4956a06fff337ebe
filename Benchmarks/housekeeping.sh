# dev/bench housekeeping: what session checks notice of the removal of a third of all sessions; sourced by it, not run.

CONNECTIONS=${CONNECTIONS:-64}
RATE=${RATE:-2000}

removed() { sql -c "select n_tup_del from pg_stat_user_tables where relname = 'sessions'"; }

bench_housekeeping() {
    local before after began ended watcher expired left quiet=$((SECONDS_PER_RUN * 3))
    begin_part housekeeping
    configure 1 1
    fill
    start_latchkey
    say "Session checks at $RATE a second, nothing to remove"
    paced_run warm-up "$RATE" 3
    paced_run quiet "$RATE" "$quiet"
    stop_latchkey
    say "Letting a third of the sessions run out"
    sql -v share=86 -f Benchmarks/expire.sql >/dev/null
    expired=$(sql -c 'select count(*) from sessions where expires_at < now()')
    before=$(removed)
    start_latchkey
    began=$(date +%s.%N)
    # Ends when nothing is left to remove: what is over is looked at by its index.
    until_removed "$began" >"$WORK/removal" &
    watcher=$!
    say "Session checks while $expired sessions are removed"
    paced_run during "$RATE" 1800 --beside "$watcher"
    wait "$watcher" || die "the sessions were not removed within half an hour"
    ended=$(cat "$WORK/removal")
    left=$(sql -c 'select count(*) from sessions where expires_at < now()')
    [ "$left" -eq 0 ] || die "$left of $expired expired sessions are left"
    # Postgres counts a moment later.
    sleep 2
    after=$(removed)
    end_part connections="$CONNECTIONS" paced_rate="$RATE" removed=$((after - before)) \
        removal_rate="$(awk -v n="$expired" -v s="$ended" 'BEGIN { printf "%.0f", n / s }')" removal_seconds="$ended"
}

# Prints after how many seconds the last expired session was gone.
until_removed() {
    local _
    for _ in $(seq 7200); do
        if [ "$(sql -c 'select exists (select from sessions where expires_at < now())')" = f ]; then
            awk -v from="$1" -v to="$(date +%s.%N)" 'BEGIN { printf "%.1f\n", to - from }'
            return
        fi
        sleep 0.25
    done
    return 1
}
