"""Writes a pgbench script that runs the very statement a node has just run, as Postgres logged it: what Postgres alone does in a
second with it is the limit of whatever stands in front.

Every parameter keeps the value it had, but for those that belong to one token: the hash of the token that was used becomes the hash
of another one each time (Benchmarks/data.sql and tokens.sql made them), and hashes and ids that were made for the occasion are made anew.
"""

from __future__ import annotations

import argparse
import re

RECORD = re.compile(
    r"LOG:  duration: [0-9.]+ ms  execute [^:]*: (?P<text>.*?)\n[^\n]*?DETAIL:  [Pp]arameters: (?P<values>[^\n]*)", re.DOTALL
)
VALUE = re.compile(r"\$(\d+) = (NULL|'(?:[^']|'')*')")


def expression(value: str, token_hash: str, kind: str, fresh: dict[str, int]) -> str:
    """The same value as an expression, of its own for each transaction where it has to be."""
    if value == "NULL":
        return "null"
    text = value[1:-1]
    # An array of hashes, of those that asked at the same moment: here it is one.
    if hashes := re.fullmatch(r'\{((?:"\\\\x[0-9a-f]{64}",?)+)\}', text):
        each = [expression(f"'\\x{found}'", token_hash, kind, fresh) for found in re.findall(r"x([0-9a-f]{64})", hashes[1])]
        return f"array[{', '.join(each)}]::bytea[]"
    if text == f"\\x{token_hash}":
        return f"sha256(('{kind}' || :number::bigint)::bytea)"
    if re.fullmatch(r"\\x[0-9a-f]{64}", text):
        number = fresh.setdefault(text, len(fresh))
        return f"sha256(('new {kind} {number} ' || :number::bigint)::bytea)"
    if re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text):
        number = fresh.setdefault(text, len(fresh))
        return f"md5('{kind} {number} ' || :number::bigint)::uuid"
    if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?", text):
        return text
    if text in ("t", "f"):
        return "true" if text == "t" else "false"
    return value + ("::text[]" if text.startswith("{") else "::text")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--log", required=True)
    arguments.add_argument("--marker", required=True, help="words that only this statement has")
    arguments.add_argument("--token-hash", required=True)
    arguments.add_argument("--kind", required=True, help="session, code, refresh or access")
    arguments.add_argument("--clients", type=int, default=8, help="how many clients share the tokens")
    arguments.add_argument("--again", action="store_true", help="tokens may be used more than once")
    arguments.add_argument("--singles", type=int, required=True)
    options = arguments.parse_args()
    log = open(options.log, encoding="utf-8", errors="replace").read()
    found = [
        record for record in RECORD.finditer(log) if options.marker in record["text"] and options.token_hash in record["values"]
    ]
    if not found:
        raise SystemExit(f"Postgres logged no statement with {options.marker!r} that names the token")
    values = {int(number): value for number, value in VALUE.findall(found[-1]["values"])}
    fresh: dict[str, int] = {}
    text = re.sub(
        r"\$(\d+)", lambda match: expression(values[int(match[1])], options.token_hash, options.kind, fresh), found[-1]["text"]
    )
    if options.again:
        print(f"\\set number random(1, {options.singles})")
    else:
        # Each client has numbers of its own.
        print(f"\\set turn :turn + 1\n\\set number :turn * {options.clients} + :client_id - {options.clients - 1}")
    print(re.sub(r"--[^\n]*", "", text) + ";")


if __name__ == "__main__":
    main()
