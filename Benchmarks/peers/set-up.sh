#!/usr/bin/env bash
# Adds Latchkey to a copy of a kit that measures identity software side by side: README.md in this folder.
#   Benchmarks/peers/set-up.sh KIT PROGRAMS
# KIT is the kit's folder, which is only read; PROGRAMS holds the release build of `latchkey`. Everything goes to $PERF_W,
# where the kit's own setup-base.sh has made its programs and its Postgres: the copy to $PERF_W/kit, the rest to
# $PERF_W/latchkey.
set -euo pipefail
die() {
    printf '%s\n' "$*" >&2
    exit 1
}
[ $# -eq 2 ] || die "usage: Benchmarks/peers/set-up.sh KIT PROGRAMS"
PEERS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(cd "$PEERS/../.." && pwd)
KIT=$(cd "$1" && pwd)
PROGRAMS=$(cd "$2" && pwd)
WORK=${PERF_W:-/tmp/peers}
for file in lib.sh run.sh bench.py flows; do [ -e "$KIT/$file" ] || die "$KIT is not the kit: it has no $file"; done
[ -x "$PROGRAMS/latchkey" ] || die "$PROGRAMS has no latchkey: swift build -c release --static-swift-stdlib --product latchkey"
for program in mock flow; do [ -x "$WORK/$program" ] || die "there is no $WORK/$program: run the kit's setup-base.sh first"; done

# --- The copy of the kit --------------------------------------------------------------------------------------------

COPY=$WORK/kit
rm -rf "$COPY"
cp -r "$KIT" "$COPY"
cp "$PEERS/latchkey.sh" "$COPY/"
# shellcheck disable=SC2016 # lib.sh expands it
printf '. "$HERE/latchkey.sh"\n' >>"$COPY/lib.sh"

# sed says nothing where it finds nothing: edit FILE EXPRESSION
edit() {
    sed "$2" "$COPY/$1" >"$COPY/edited"
    ! cmp -s "$COPY/$1" "$COPY/edited" || die "$1 of this kit is another one than this script knows: $2"
    cat "$COPY/edited" >"$COPY/$1"
    rm "$COPY/edited"
}
edit run.sh 's/for s in allauth /for s in latchkey allauth /'
# shellcheck disable=SC2016 # run.sh expands it
edit run.sh 's/^  limits) /  latchkey | latchkey-id-token) measure_latchkey $p;;\n&/'
# How often to look, every two seconds, whether the machine is quiet before a run.
edit bench.py 's/for _ in range(120):/for _ in range(int(os.environ.get("PERF_PATIENCE", "120"))):/'
edit lib.sh 's/^for _ in range(150):/import os\nfor _ in range(int(os.environ.get("PERF_PATIENCE", "150"))):/'

# --- Latchkey -------------------------------------------------------------------------------------------------------

OWN=$WORK/latchkey
rm -rf "$OWN"
mkdir -p "$OWN/clients" "$OWN/providers" "$OWN/providers-id-token"
ln -s "$PROGRAMS/latchkey" "$OWN/latchkey"
cp -r "$ROOT/templates" "$OWN/templates"
cp "$PEERS/mock.yaml" "$OWN/providers/"
sed -e 's/ claims\./ id_token./' -e '/^ *answers:/d' -e '/^ *userinfo: /d' "$PEERS/mock.yaml" \
    >"$OWN/providers-id-token/mock.yaml"

SECRETS=$("$OWN/latchkey" clients secret)
SECRET=$(awk '/^secret:/ { print $2 }' <<<"$SECRETS")
BASIC=$(printf 'down:%s' "$SECRET" | base64 -w 0)
mkdir "$OWN/flows"
for flow in "$PEERS"/flows/*.flow; do sed "s|@BASIC@|$BASIC|" "$flow" >"$OWN/flows/$(basename "$flow")"; done
cat >"$OWN/clients/down.yaml" <<YAML
id: down
name: Down
first_party: true
secret_hashes: [$(awk '/^hash:/ { print $2 }' <<<"$SECRETS")]
redirect_uris: ["http://127.0.0.1:9/cb"]
scopes: [openid, profile, email, offline_access]
id_token_algorithm: ${PERF_ALG:-ES256}
YAML

# The kit's password, hashed as Latchkey and the peers do it. The kit's users p0, p1 and so on have it.
HASH=$(printf 'correct horse battery' | argon2 "$(openssl rand -hex 8)" -id -t 2 -k 19456 -p 1 -l 32 -e)
for number in $(seq 0 999); do
    printf '{"email":"p%d@example.org","email_verified":true,"password_hash":"%s"}\n' "$number" "$HASH"
done >"$OWN/users.jsonl"

# shellcheck disable=SC1091
. "$COPY/lib.sh"
cat >"$OWN/latchkey.yaml" <<YAML
public_url: http://localhost:$LATCHKEY
mode: development
server: {port: $LATCHKEY}
metrics: {port: $((LATCHKEY + 1))}
database: {url: "postgres://postgres@127.0.0.1:$PGPORT/latchkey"}
templates: {directory: $OWN/templates}
clients: {directory: $OWN/clients}
encryption: {keys: ["peers:$(openssl rand 32 | basenc --base64url -w 0 | tr -d =)"]}
mail: {catch: true}
outbound: {allow_loopback_http: true}
# The peers log no requests, and their limits are off; these cannot be raised further.
log: {level: warning}
throttle:
  passwords_per_pair: 100000
  passwords_per_address: 100000
  attempts_per_client: 1000000
  mails_per_address: 100000
  mails_per_client: 1000000
  starts_per_client: 1000000
providers:
  directory: $OWN/providers
  mock: {issuer: "http://127.0.0.1:$MOCK", client_id: perf-client, client_secret: perf-secret}
YAML
"$OWN/latchkey" providers check "$OWN/providers"
"$OWN/latchkey" providers check "$OWN/providers-id-token"
"$OWN/latchkey" clients check "$OWN/clients"
printf 'Latchkey is ready to be measured: PERF_W=%s %s/run.sh latchkey\n' "$WORK" "$COPY"
