# What dev/bench starts, and the data; sourced by it, not run.

pids=()
finish() {
    trap - EXIT INT TERM
    for ((index = ${#pids[@]} - 1; index >= 0; index--)); do
        kill -TERM "${pids[index]}" 2>/dev/null || true
        wait "${pids[index]}" 2>/dev/null || true
    done
    # Whoever puts parts together starts the next one at once.
    [ -n "${BENCH_KEEPS_POSTGRES:-}" ] || dev/postgres stop "$CLUSTER" >/dev/null || true
}
sql() { "$PG/psql" -d "$DATABASE" -XqAt -v ON_ERROR_STOP=1 "$@"; }

# Whether Postgres counts statements (top) or not (none): counting is not free.
count_statements() { sql -c "alter system set pg_stat_statements.track = '$1'" -c 'select pg_reload_conf()' >/dev/null; }

start_postgres() {
    say "Starting Postgres in $CLUSTER"
    dev/postgres start "$CLUSTER" >/dev/null 8>&-
    SERVER=$(dev/postgres url "$CLUSTER")
    DATABASE=$SERVER
    if [ "$(sql -c "select current_setting('shared_preload_libraries') || ' ' || current_setting('shared_buffers')")" != \
        'pg_stat_statements 2GB' ]; then
        sql -c "alter system set shared_preload_libraries = 'pg_stat_statements'" \
            -c "alter system set shared_buffers = '2GB'" -c "alter system set max_wal_size = '8GB'"
        dev/postgres stop "$CLUSTER" >/dev/null
        dev/postgres start "$CLUSTER" >/dev/null 8>&-
        SERVER=$(dev/postgres url "$CLUSTER")
        DATABASE=$SERVER
    fi
    count_statements none
    POSTMASTER=$(head -n 1 "$(sql -c 'show data_directory')/postmaster.pid")
    DATABASE="$SERVER dbname=bench"
}

# Makes a filled database where it is not what this script would make, and a fresh copy of it for this part: nothing is left of
# what others have written.
fill() {
    local label filled=bench_filled_${USERS}_${IDENTITIES}_$SESSIONS TIMEFORMAT=%0R
    label="$TOKENS tokens, $(cat Benchmarks/data.sql Sources/PostgresStore/Migrations/*.sql | sha256sum | cut -c 1-16)"
    "$BIN/bench-load" tokens --count "$TOKENS" >"$WORK/tokens.copy"
    cut -f 2 "$WORK/tokens.copy" >"$WORK/tokens.txt"
    DATABASE=$SERVER sql -c 'set client_min_messages = warning' -c 'drop database if exists bench'
    if [ "$(DATABASE="$SERVER dbname=$filled" sql -c 'select label from bench_data' 2>/dev/null)" != "$label" ]; then
        say "Filling $USERS users, $IDENTITIES identities and $SESSIONS sessions, once"
        DATABASE=$SERVER sql -c 'set client_min_messages = warning' -c "drop database if exists $filled" -c 'create database bench'
        "$BIN/latchkey" migrate --config "$WORK/latchkey.yaml" >"$WORK/migrate.log" 2>&1 ||
            die "migrating failed: $(tail -n 3 "$WORK/migrate.log")"
        sql -c 'create extension pg_stat_statements' \
            -c 'create table bench_tokens (number int primary key, token text not null, token_hash bytea not null)'
        sql -c '\copy bench_tokens from stdin' <"$WORK/tokens.copy"
        { time sql -v users="$USERS" -v identities="$IDENTITIES" -v sessions="$SESSIONS" -v tokens="$TOKENS" -v label="$label" \
            -f Benchmarks/data.sql >"$WORK/fill.log"; } 2>"$WORK/time" || die "filling failed: $(tail -n 3 "$WORK/time")"
        say "It took $(tail -n 1 "$WORK/time") s and $(sql -c 'select pg_size_pretty(pg_database_size(current_database()))')"
        DATABASE=$SERVER sql -c "alter database bench rename to $filled"
    fi
    DATABASE=$SERVER sql -c "create database bench template $filled strategy file_copy"
    sql -f Benchmarks/reset.sql >/dev/null
}

# Drops what fill has made.
drop_filled() {
    local name
    DATABASE=$SERVER
    for name in $(sql -c "select datname from pg_database where datname in ('bench', 'bench_plan') or datname like 'bench\_filled\_%'"); do
        sql -c "drop database $name"
        say "Dropped $name"
    done
}

free_port() {
    local candidate
    while true; do
        candidate=$((20000 + RANDOM % 12000))
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$candidate") 2>/dev/null; then break; fi
    done
    echo "$candidate"
}

# Prints an answer: http PORT METHOD PATH [HEADER [BODY]]
http() {
    local header=${4:-Accept: */*} body=${5:-}
    exec 3<>"/dev/tcp/127.0.0.1/$1" || return 1
    printf '%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n%s\r\nContent-Length: %d\r\n\r\n%s' \
        "$2" "$3" "$header" "${#body}" "$body" >&3
    tr -d '\r' <&3
    exec 3>&-
}

# Starts a program in a session of its own, so that Ctrl-C reaches it through finish, in order.
launch() {
    local log=$1
    shift
    # Without the lock: a bench that was killed leaves it to nobody.
    setsid "$@" >"$log" 2>&1 8>&- &
    pids+=($!)
}

until_true() {
    local _
    for _ in $(seq 300); do
        if "$@" >/dev/null 2>&1; then return 0; fi
        sleep 0.1
    done
    return 1
}

# The port of one stand-in, from the line of JSON that mock-provider prints.
stand_in_port() { grep -m 1 -o "\"$1\":[0-9]*" "$WORK/mock-provider.log" | cut -d : -f 2; }

start_stand_ins() {
    launch "$WORK/mock-provider.log" "$BIN/mock-provider" --keep-log 0 \
        --google-port 0 --github-port 0 --x-port 0 --oidc-port 0 --control-port 0
    MOCK=${pids[-1]}
    until_true grep -q '"ready":true' "$WORK/mock-provider.log" || die "the stand-ins do not start: $WORK/mock-provider.log"
}

configure() {
    local google=$1 github=$2
    PORT=$(free_port)
    ORIGIN=http://localhost:$PORT
    cat >"$WORK/latchkey.yaml" <<YAML
public_url: $ORIGIN
mode: development
server: {port: $PORT}
metrics: {port: $(free_port)}
outbound: {allow_loopback_http: true}
mail: {catch: true}
throttle:
  passwords_per_pair: 100000
  passwords_per_address: 100000
  attempts_per_client: 1000000
  mails_per_address: 100000
  mails_per_client: 1000000
  starts_per_client: 1000000
providers:
  google: {client_id: google-client, client_secret: google-secret}
  github: {client_id: github-client, client_secret: github-secret}
development:
  origins:
    https://accounts.google.com: http://127.0.0.1:$google
    https://oauth2.googleapis.com: http://127.0.0.1:$google
    https://openidconnect.googleapis.com: http://127.0.0.1:$google
    https://www.googleapis.com: http://127.0.0.1:$google
    https://github.com: http://127.0.0.1:$github
    https://api.github.com: http://127.0.0.1:$github
YAML
    export LATCHKEY_DATABASE_URL=$DATABASE
}

ready() { [[ $(http "$PORT" GET /readyz) == "HTTP/1.1 200 "* ]]; }

start_latchkey() {
    launch "$WORK/latchkey.log" "$BIN/latchkey" serve --config "$WORK/latchkey.yaml"
    LATCHKEY=${pids[-1]}
    until_true ready || die "Latchkey does not start: $(tail -n 3 "$WORK/latchkey.log")"
}

# stop_latchkey ends it, and it alone.
stop_latchkey() {
    kill -TERM "$LATCHKEY"
    wait "$LATCHKEY" || true
}

# A second node on the same Postgres: SECOND and SECOND_PORT.
start_second() {
    local first=$PORT
    PORT=$(free_port)
    sed "s/^server: .*/server: {port: $PORT}/; s/^metrics: .*/metrics: {port: $(free_port)}/" "$WORK/latchkey.yaml" \
        >"$WORK/second.yaml"
    launch "$WORK/second.log" "$BIN/latchkey" serve --config "$WORK/second.yaml"
    SECOND=${pids[-1]}
    until_true ready || die "the second node does not start: $(tail -n 3 "$WORK/second.log")"
    SECOND_PORT=$PORT
    PORT=$first
}

# What an HTTP server can do at most here: nginx with an answer from memory.
start_nginx() {
    NGINX_PORT=$(free_port)
    mkdir -p "$WORK/nginx"
    cat >"$WORK/nginx/nginx.conf" <<CONF
worker_processes $(nproc);
pid $WORK/nginx/pid;
error_log $WORK/nginx/error.log;
daemon off;
events { worker_connections 1024; }
http {
    access_log off;
    keepalive_requests 1000000000;
    server {
        listen 127.0.0.1:$NGINX_PORT reuseport;
        location / { default_type text/plain; return 200 ok; }
    }
}
CONF
    launch "$WORK/nginx.log" nginx -p "$WORK/nginx" -c "$WORK/nginx/nginx.conf"
    until_true http "$NGINX_PORT" GET / || die "nginx does not start: $(tail -n 3 "$WORK/nginx/error.log" "$WORK/nginx.log")"
    # Its workers: the master does nothing.
    NGINX=$(cat "/proc/${pids[-1]}/task/${pids[-1]}/children")
}
