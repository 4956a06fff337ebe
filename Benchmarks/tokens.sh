# dev/bench tokens; sourced by it, not run.

SINGLES=${SINGLES:-160000}
REDIRECT=https://bench.example/callback
VERIFIER=$(printf 'v%.0s' {1..43})

# An app that may do everything, and one more whose ID tokens are signed with RS256.
register_apps() {
    local secrets
    secrets=$("$BIN/latchkey" clients secret)
    SECRET=$(awk '/^secret:/ { print $2 }' <<<"$secrets")
    rm -rf "$WORK/clients"
    mkdir -p "$WORK/clients"
    cat >"$WORK/clients/bench.yaml" <<YAML
id: bench
name: Bench
first_party: true
secret_hashes: [$(awk '/^hash:/ { print $2 }' <<<"$secrets")]
redirect_uris: [$REDIRECT]
scopes: [openid, email, offline_access]
id_token_algorithm: ${1:-ES256}
YAML
    printf 'clients: {directory: %s}\nencryption: {keys: ["bench:%s"]}\n' "$WORK/clients" \
        "$(printf 'k%.0s' {1..32} | basenc --base64url | tr -d '=')" >>"$WORK/latchkey.yaml"
    AUTHORIZATION="Basic $(printf 'bench:%s' "$SECRET" | base64 -w 0)"
}

# Tokens as the load program sends them, and their hashes as the database keeps them.
make_tokens() {
    local kind
    say "Making $SINGLES codes, refresh tokens and access tokens, and as many for pgbench"
    sql -c 'set client_min_messages = warning' -c 'drop table if exists bench_single' \
        -c 'create table bench_single (kind text not null, number int not null, token_hash bytea not null)'
    for kind in code refresh access; do
        "$BIN/bench-load" tokens --kind "$kind" --count "$SINGLES" >"$WORK/$kind.copy"
        cut -f 2 "$WORK/$kind.copy" >"$WORK/$kind.txt"
        awk -v kind="$kind" -F '\t' '{ print kind "\t" $1 "\t" $3 }' "$WORK/$kind.copy" |
            sql -c '\copy bench_single from stdin'
    done
    sql -v singles="$SINGLES" \
        -v challenge="$(printf %s "$VERIFIER" | openssl dgst -sha256 -binary | basenc --base64url | tr -d '=')" \
        -f Benchmarks/tokens.sql
}

# The form around a token, by kind: BEFORE_TOKEN and AFTER_TOKEN.
form_of() {
    AFTER_TOKEN=
    case $1 in
    code)
        ENDPOINT=/oauth/token
        BEFORE_TOKEN="grant_type=authorization_code&code="
        AFTER_TOKEN="&code_verifier=$VERIFIER&redirect_uri=https%3A%2F%2Fbench.example%2Fcallback"
        ;;
    refresh)
        ENDPOINT=/oauth/token
        BEFORE_TOKEN="grant_type=refresh_token&refresh_token="
        ;;
    access)
        ENDPOINT=/oauth/introspect
        BEFORE_TOKEN="token="
        ;;
    esac
}

# tokens_run NAME KIND FIRST COUNT SECONDS
tokens_run() {
    form_of "$2"
    watched wrk -t 1 -c "$CONNECTIONS" -d "${5}s" --latency -s Benchmarks/tokens.lua "http://127.0.0.1:$PORT" \
        -- "$WORK/$2.txt" "$ENDPOINT" "$AUTHORIZATION" "$BEFORE_TOKEN" "$AFTER_TOKEN" "$3" "$4"
    local count micros status broken p50 p99
    read -r _ count micros status broken p50 p99 < <(grep ^RESULT "$WORK/out")
    if [ "$2" != access ] && [ "$count" -gt "$4" ]; then
        die "this machine uses up more than $4 tokens in a run: give SINGLES"
    fi
    record "$1" "$count" "$(awk -v us="$micros" 'BEGIN { print us / 1e6 }')" "$p50" "$p99" $((status + broken)) "$LOAD_CPU" \
        "$BEFORE" "$AFTER"
}

# What Postgres alone does with the statement of one request: statement_limit NAME KIND MARKER TOKEN_NUMBER [OPTION]
statement_limit() {
    local log offset token hash body
    log=$(dirname "$(sql -c 'show data_directory')")/server.log
    token=$(sed -n "$4p" "$WORK/$2.txt")
    hash=$(printf %s "$token" | sha256sum | cut -d ' ' -f 1)
    form_of "$2"
    body=$BEFORE_TOKEN$token$AFTER_TOKEN
    offset=$(stat -c %s "$log")
    sql -c 'alter system set log_min_duration_statement = 0' -c 'select pg_reload_conf()' >/dev/null
    logged() { tail -c "+$((offset + 1))" "$log" | grep -q "$hash"; }
    asked() {
        http "$PORT" POST "$ENDPOINT" "Authorization: $AUTHORIZATION"$'\r\n'"Content-Type: application/x-www-form-urlencoded" \
            "$body" >/dev/null
        logged
    }
    # The server learns of the setting a moment later. Whether the token still counts is no matter: the statement is the same.
    until_true asked || die "Postgres does not log the statement"
    sql -c 'alter system reset log_min_duration_statement' -c 'select pg_reload_conf()' >/dev/null
    tail -c "+$((offset + 1))" "$log" >"$WORK/statement.log"
    # shellcheck disable=SC2086
    python3 Benchmarks/statement_limit.py --log "$WORK/statement.log" --marker "$3" --token-hash "$hash" --kind "$2" \
        --singles "$SINGLES" ${5:-} >"$WORK/$2.sql" || die "there is no limit for $2"
    say "pgbench: the statement of $1"
    watched "$PG/pgbench" -n -M prepared -c 8 -j 2 -T "$SECONDS_PER_RUN" -D turn=0 -f "$WORK/$2.sql" "$DATABASE"
    local rate latency
    rate=$(awk '/^tps/ { print $3 }' "$WORK/out")
    latency=$(awk '/^latency average/ { print $4 }' "$WORK/out")
    if [ "$2" != access ] &&
        awk -v r="$rate" -v s="$SECONDS_PER_RUN" -v n="$SINGLES" 'BEGIN { exit !(r * s > n * 0.9) }'; then
        die "pgbench used up its $SINGLES tokens: give SINGLES"
    fi
    record "$1" "$(awk -v r="$rate" -v s="$SECONDS_PER_RUN" 'BEGIN { printf "%d", r * s }')" "$SECONDS_PER_RUN" "$latency" 0 0 \
        "$LOAD_CPU" "$BEFORE" "$AFTER"
}

# Signatures a second on all cores: signatures ALGORITHM
signatures() {
    openssl speed -seconds 2 -multi "$(nproc)" "$1" 2>/dev/null | awk -v name="$1" '
        name ~ /^rsa/ && /^rsa/ { print $6 }
        name ~ /^ecdsa/ && /ecdsa/ { print $(NF - 1) }' | tail -n 1
}

bench_tokens() {
    configure 1 1
    register_apps
    fill
    make_tokens
    start_latchkey
    rm -f "$WORK"/*.runs "$WORK"/*.counts
    local run share=$((SINGLES / (2 * RUNS + 2)))
    say "Warming up"
    tokens_run warm-up code 0 "$share" 1
    tokens_run warm-up refresh 0 "$share" 1
    tokens_run warm-up access 0 "$SINGLES" 1
    rm -f "$WORK"/warm-up.runs
    for run in $(seq "$RUNS"); do
        say "Run $run of $RUNS"
        tokens_run code code $((run * share)) "$share" "$SECONDS_PER_RUN"
        tokens_run refresh refresh $((run * share)) "$share" "$SECONDS_PER_RUN"
        tokens_run introspection access 0 "$SINGLES" "$SECONDS_PER_RUN"
    done
    memory
    statement_limit code_limit code "update authorization_codes" "$SINGLES"
    statement_limit refresh_limit refresh "update refresh_tokens" "$SINGLES"
    statement_limit introspection_limit access "from access_tokens" "$SINGLES" --again
    pgbench_run insert insert.sql
    kill -TERM "$LATCHKEY"
    wait "$LATCHKEY" || true
    say "The same codes for an app that wants RS256"
    sed -i 's/^id_token_algorithm: .*/id_token_algorithm: RS256/' "$WORK/clients/bench.yaml"
    start_latchkey
    for run in $(seq "$RUNS"); do
        tokens_run code_rs256 code $(((RUNS + run) * share)) "$share" "$SECONDS_PER_RUN"
    done
    local es256 rs256
    say "openssl: signatures"
    es256=$(signatures ecdsap256)
    rs256=$(signatures rsa2048)

    heading
    row code "code to tokens, ID token ES256"
    row code_limit "limit: pgbench, the same statement, 8 clients"
    row code_rs256 "code to tokens, ID token RS256"
    row refresh "refresh, ID token ES256"
    row refresh_limit "limit: pgbench, the same statement, 8 clients"
    row introspection "introspection"
    row introspection_limit "limit: pgbench, the same statement, 8 clients"
    row insert "limit: pgbench, insert and commit, 8 clients"
    local errors=$(($(sum code 4) + $(sum refresh 4) + $(sum introspection 4) + $(sum code_rs256 4)))
    printf '\nlimit: openssl, all cores: %s ES256 and %s RS256 signatures a second\n' "$es256" "$rs256"
    printf '%s sessions; %s connections; resident %s MB (PSS %s MB); others used up to %s cores\n\n' "$ROWS" "$CONNECTIONS" \
        "$RSS" "$PSS" "$(other_cores)"
    printf '{"bench":"tokens"'
    local name
    for name in code refresh introspection; do
        printf ',"%s_rate":%s,"%s_limit_rate":%s,"%s_ratio":%s,"%s_p50_ms":%s,"%s_p99_ms":%s,"%s_server_cpu_us":%s,"%s_postgres_cpu_us":%s' \
            "$name" "$(median $name 1)" "$name" "$(median "${name}_limit" 1)" "$name" \
            "$(ratio "$(median $name 1)" "$(median "${name}_limit" 1)")" "$name" "$(median $name 2)" "$name" \
            "$(median $name 3)" "$name" "$(median $name 5)" "$name" "$(median $name 6)"
    done
    printf ',"code_rs256_rate":%s,"es256_signature_rate":%s,"rs256_signature_rate":%s,"postgres_commit_rate":%s,"rss_mb":%s,"pss_mb":%s,"errors":%d,"sessions":%d,"connections":%d,"runs":%d,"run_seconds":%s,"other_cores":%s}\n' \
        "$(median code_rs256 1)" "$es256" "$rs256" "$(median insert 1)" "$RSS" "$PSS" "$errors" "$ROWS" "$CONNECTIONS" \
        "$RUNS" "$SECONDS_PER_RUN" "$(other_cores)"
    [ "$errors" -eq 0 ] || die "$errors requests were not answered with tokens"
}
