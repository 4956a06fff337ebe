# dev/bench password: sign-ins with a password, the hash alone, and what session checks notice; sourced by it, not run.

CONNECTIONS=${CONNECTIONS:-16}

bench_password() {
    begin_part password
    configure 1 1
    fill
    give_passwords
    start_latchkey
    watched python3 Benchmarks/local_accounts.py password --port "$PORT" --origin "$ORIGIN" --password "$PASSWORD" \
        --token "$(sed -n 1p "$WORK/tokens.txt")" --runs "$RUNS" --seconds "$SECONDS_PER_RUN" --connections "$CONNECTIONS" \
        --limit "$BIN/bench-load hash --threads $(nproc) --seconds $SECONDS_PER_RUN" --pid "$LATCHKEY"
    cp "$WORK/out" "$WORK/password"
    cp "$WORK/sample" "$WORK/password.memory"
    head -n -1 "$WORK/password"
    [ "$(grep -o '"errors": *[0-9]*' "$WORK/password" | grep -o '[0-9]*$')" -eq 0 ] || die "sign-ins failed"
    # What one costs the server and Postgres.
    password_run password "$SECONDS_PER_RUN"
    counted password password_run counted 2
    end_part --line "$WORK/password"
}

# The cookie of a browser that signed in before, as one that comes back sends it.
known_device() {
    http "$PORT" POST /sign-in/password \
        "Origin: $ORIGIN"$'\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded' \
        "email=person1%40people.example&password=${PASSWORD// /%20}" |
        sed -n 's/^set-cookie: *\([^;]*latchkey-device=[^;]*\).*/\1/Ip' | head -n 1
}

# password_run NAME SECONDS
password_run() {
    watched wrk -t 1 -c "$CONNECTIONS" -d "${2}s" --latency --timeout 30s -s Benchmarks/password.lua "http://127.0.0.1:$PORT" \
        -- "$ORIGIN" "$PASSWORD" "$PEOPLE" "$(known_device)"
    wrk_record "$1"
}
