# Shared by the commands in this folder; sourced, not run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
ROOT=$PWD
STATE=$ROOT/.dev
mkdir -p "$STATE"

say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }
die() {
    printf '%s\n' "$*" >&2
    exit 1
}

need_swift() {
    command -v swift >/dev/null 2>&1 ||
        die "Swift is missing: get 6.2 or newer for your system from https://www.swift.org/install and put it on PATH."
}

# Installs the Debian packages that are not there yet.
need_packages() {
    local missing=() package
    for package in "$@"; do
        [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    local sudo=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null 2>&1 || die "Please install as root: apt-get install ${missing[*]}"
        sudo=(sudo)
    fi
    say "Installing ${missing[*]}"
    "${sudo[@]}" apt-get update -qq
    # Debian starts a cluster of its own with the server package; ours is private, so that one is not wanted.
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        -o Dpkg::Use-Pty=0 "${missing[@]}" >"$STATE/apt.log" 2>&1 ||
        die "Installing failed; the end of $STATE/apt.log: $(tail -n 3 "$STATE/apt.log")"
}

need_build_packages() {
    need_packages pkg-config libcurl4-openssl-dev libpq-dev libssl-dev libidn2-dev libsodium-dev libcrypt-dev \
        libqrencode-dev postgresql-15 openssl ca-certificates
}

# Builds products or the tests; compiler output is shown as it comes.
build() {
    say "Building ($*)"
    swift build "$@" >&2
}
