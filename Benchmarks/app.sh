# What a part of dev/bench needs besides people and sessions: an app, single-use tokens, passwords; sourced by it, not run.

SINGLES=${SINGLES:-160000}
REDIRECT=https://bench.example/callback
VERIFIER=$(printf 'v%.0s' {1..43})
PASSWORD='correct horse battery staple'

# People with a password, and beside them people without one and people who are disabled; all passwords are one.
give_passwords() {
    "$BIN/bench-load" hash --print "$PASSWORD" >"$WORK/hash"
    sql -v hash="$(cat "$WORK/hash")" -f Benchmarks/passwords.sql
}

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
    if [ "$2" != access ] && [ "$(awk '/^RESULT/ { print $2 }' "$WORK/out")" -gt "$4" ]; then
        die "this machine uses up more than $4 tokens in a run: give SINGLES"
    fi
    wrk_record "$1"
}

# What Postgres alone does with the statement of one request: statement_limit NAME KIND MARKER TOKEN_NUMBER [OPTION]
statement_limit() {
    local log offset token hash clients=8 singles=$SINGLES
    log=$(dirname "$(sql -c 'show data_directory')")/server.log
    if [ "$2" = session ]; then
        singles=$SESSIONS
        token=$(sed -n "$4p" "$WORK/tokens.txt")
        # One more request, as it is without the header of an app.
        ask() { http "$PORT" GET /v1/session "Authorization: Bearer $token" >/dev/null; }
    else
        clients=$CONNECTIONS
        token=$(sed -n "$4p" "$WORK/$2.txt")
        form_of "$2"
        ask() {
            http "$PORT" POST "$ENDPOINT" "Authorization: $AUTHORIZATION"$'\r\n'"Content-Type: application/x-www-form-urlencoded" \
                "$BEFORE_TOKEN$token$AFTER_TOKEN" >/dev/null
        }
    fi
    hash=$(printf %s "$token" | sha256sum | cut -d ' ' -f 1)
    offset=$(stat -c %s "$log")
    sql -c 'alter system set log_min_duration_statement = 0' -c 'select pg_reload_conf()' >/dev/null
    asked() {
        ask
        tail -c "+$((offset + 1))" "$log" | grep -q "$hash"
    }
    # The server learns of the setting a moment later. Whether the token still counts is no matter: the statement is the same.
    until_true asked || die "Postgres does not log the statement"
    sql -c 'alter system reset log_min_duration_statement' -c 'select pg_reload_conf()' >/dev/null
    tail -c "+$((offset + 1))" "$log" >"$WORK/statement.log"
    # shellcheck disable=SC2086
    python3 Benchmarks/statement_limit.py --log "$WORK/statement.log" --marker "$3" --token-hash "$hash" --kind "$2" \
        --clients "$clients" --singles "$singles" ${5:-} >"$WORK/$2.sql" || die "there is no limit for $2"
    say "pgbench: the statement of $1, $clients clients"
    watched "$PG/pgbench" -n -M prepared -c "$clients" -j 2 -T "$SECONDS_PER_RUN" -D turn=0 -f "$WORK/$2.sql" "$DATABASE"
    pgbench_record "$1"
    if [ "${5:-}" != --again ] && [ "$COUNT" -gt $((singles * 9 / 10)) ]; then
        die "pgbench used up its $singles tokens: give SINGLES"
    fi
}

# Signatures a second on all cores: signatures ALGORITHM
signatures() {
    openssl speed -seconds 2 -multi "$(nproc)" "$1" 2>/dev/null | awk -v name="$1" '
        name ~ /^rsa/ && /^rsa/ { print $6 }
        name ~ /^ecdsa/ && /ecdsa/ { print $(NF - 1) }' | tail -n 1
}
