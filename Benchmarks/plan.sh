#!/usr/bin/env bash
# dev/bench plan: how long `latchkey policy plan` takes over many users and decisions, how much memory it needs, and what sign-ins
# at a node on the same Postgres notice of it. A table for people, then one line of JSON.
#
# USERS (1000000), DECISIONS (2000000), RATE (20: sign-ins a second, somebody new each time, beside the plan and before it),
# SECONDS_QUIET (20: how long they are measured before), PROGRAMS (a folder with the programs, instead of building them).
. "$(dirname "${BASH_SOURCE[0]}")/../dev/lib.sh"
USERS=${USERS:-1000000}
DECISIONS=${DECISIONS:-2000000}
RATE=${RATE:-20}
SECONDS_QUIET=${SECONDS_QUIET:-20}
CLUSTER=${CLUSTER:-$STATE/bench-postgres}
WORK=$STATE/bench
mkdir -p "$WORK"
need_swift
need_build_packages
if [ -z "${PROGRAMS:-}" ]; then
    for product in latchkey mock-provider bench-load; do build -c release --static-swift-stdlib --product "$product"; done
    BIN=$(swift build -c release --static-swift-stdlib --show-bin-path)
else
    BIN=$PROGRAMS
fi
PG=$(find /usr/lib/postgresql -maxdepth 2 -name bin | sort -V | tail -n 1)

. Benchmarks/set-up.sh
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

start_postgres
DATABASE="$SERVER dbname=bench_plan"
start_stand_ins
configure "$(stand_in_port google)" "$(stand_in_port github)"

# Made once for each size, schema, script and day (decisions grow old); what earlier runs have added is taken away.
label="$USERS users, $DECISIONS decisions, $(date +%F), $(cat Benchmarks/plan.sql Sources/PostgresStore/Migrations/*.sql | sha256sum |
    cut -c 1-16)"
if [ "$(sql -c 'select label from bench_data' 2>/dev/null)" != "$label" ]; then
    say "Filling $USERS users and $DECISIONS decisions; once, it takes a minute or two"
    DATABASE=$SERVER sql -c 'set client_min_messages = warning' -c 'drop database if exists bench_plan' \
        -c 'create database bench_plan'
    "$BIN/latchkey" migrate --config "$WORK/latchkey.yaml" >"$WORK/migrate.log" 2>&1 ||
        die "migrating failed: $(tail -n 3 "$WORK/migrate.log")"
    sql -v users="$USERS" -v decisions="$DECISIONS" -v label="$label" -f Benchmarks/plan.sql >/dev/null
    "$BIN/latchkey" policy apply providers/linking-policy.yaml --without-plan --reason bench --author bench \
        --config "$WORK/latchkey.yaml" >"$WORK/log" 2>&1 || die "the policy could not be applied: $(tail -n 3 "$WORK/log")"
else
    sql -c "set session_replication_role = replica" \
        -c "delete from users where created_at > now() - interval '2 years'" \
        -c "delete from user_emails e where not exists (select from users u where u.id = e.user_id)" \
        -c "delete from federated_identities f where not exists (select from users u where u.id = f.user_id)" \
        -c "delete from linking_decisions where policy_version > 1 or request_id is not null" \
        -c 'truncate sessions, known_devices, sign_in_transactions, account_events' \
        -c 'vacuum (analyze) users' -c 'vacuum (analyze) user_emails' -c 'vacuum (analyze) federated_identities' \
        -c 'vacuum (analyze) linking_decisions' >/dev/null
fi
sql -c checkpoint
start_latchkey

# sign_ins SECONDS ARGUMENTS…: a line of number, errors, seconds, p50, p99.
sign_ins() {
    local seconds=$1
    shift
    "$BIN/bench-load" sign-in --port "$PORT" --stand-in-port "$(stand_in_port google)" --provider google --origin "$ORIGIN" \
        --connections 8 --rate "$RATE" --seconds "$seconds" "$@"
}
say "Signing in without a plan"
sign_ins 5 >/dev/null
sign_ins "$SECONDS_QUIET" >"$WORK/quiet"

say "Planning providers/recipes/strict.yaml beside sign-ins"
before=$(date +%s.%N)
"$BIN/latchkey" policy plan providers/recipes/strict.yaml --json --config "$WORK/latchkey.yaml" >"$WORK/plan.json" &
plan=$!
sign_ins 600 --beside "$plan" >"$WORK/busy" &
load=$!
peak=0
while kill -0 "$plan" 2>/dev/null; do
    now=$(awk '/^VmHWM/ { print $2 }' "/proc/$plan/status" 2>/dev/null || echo 0)
    if [ "${now:-0}" -gt "$peak" ]; then peak=$now; fi
    sleep 0.05
done
after=$(date +%s.%N)
wait "$plan" || die "the plan failed: $(head -c 500 "$WORK/plan.json")"
wait "$load" || die "the sign-ins failed: $(tail -n 3 "$WORK/busy")"
replayed=$(grep -o '"decisions":[0-9]*' "$WORK/plan.json" | head -n 1 | cut -d : -f 2)
tried=$(grep -o '"addresses":[0-9]*' "$WORK/plan.json" | head -n 1 | cut -d : -f 2)

paste -d ' ' <(tail -n 1 "$WORK/quiet") <(tail -n 1 "$WORK/busy") | awk -v users="$tried" -v decisions="$replayed" \
    -v from="$before" -v to="$after" -v kib="$peak" '{
    printf "\n%-34s %12s\n%-34s %12d\n%-34s %12d\n%-34s %12.2f\n%-34s %12.1f\n\n", "", "plan", "addresses tried", users,
        "decisions replayed", decisions, "seconds", to - from, "rss_mb", kib / 1024
    printf "%-34s %12s %12s\n", "sign-ins", "quiet", "beside it"
    printf "%-34s %12d %12d\n%-34s %12.2f %12.2f\n%-34s %12.2f %12.2f\n%-34s %12d %12d\n\n", "number", $1, $6, "p50 ms", $4, $9,
        "p99 ms", $5, $10, "errors", $2, $7
    printf "{\"bench\":\"plan\",\"users\":%d,\"decisions\":%d,\"seconds\":%.2f,\"rss_mb\":%.1f,\"signin_p99_quiet_ms\":%.2f,", \
        users, decisions, to - from, kib / 1024, $5
    printf "\"signin_p99_plan_ms\":%.2f,\"signin_p50_quiet_ms\":%.2f,\"signin_p50_plan_ms\":%.2f,\"signins_beside\":%d,\"errors\":%d}\n", \
        $10, $4, $9, $6, $2 + $7
}'
