"""The parts of dev/bench: which operations each measures, and what the issue of performance wants of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One operation of a part: the name of its runs, what it is, and how its figures begin in the part."""

    name: str
    title: str
    prefix: str


@dataclass(frozen=True)
class Part:
    """What a part measures, what one of its operations is called, and shares of one figure in another."""

    rows: tuple[Row, ...]
    per: str = "request"
    ratios: tuple[tuple[str, str, str], ...] = ()


INSERT = Row("insert", "limit: pgbench, insert and commit", "postgres_commit_")

PARTS = {
    "session": Part(
        (
            Row("session", "GET /v1/session, database read each time", ""),
            Row("half_load", "the same at half that rate", "half_load_"),
            Row("healthz", "limit: GET /healthz, the empty handler", "limit_"),
            Row("nginx", "limit: nginx, two bytes from memory", "nginx_"),
            Row("select", "limit: pgbench, the same statement, 8 clients", "postgres_select_"),
            INSERT,
        ),
        ratios=(
            ("ratio", "rate", "limit_rate"),
            ("nginx_ratio", "rate", "nginx_rate"),
            ("postgres_select_ratio", "rate", "postgres_select_rate"),
        ),
    ),
    "sign-in": Part(
        (
            Row("returning", "Google, somebody who has been here", ""),
            Row("new", "Google, somebody new", "new_"),
            Row("new_browser", "Google, somebody in a new browser, who is told", "new_browser_"),
            Row("github", "GitHub, somebody who has been here", "github_"),
            INSERT,
        ),
        per="sign_in",
        ratios=(("ratio", "rate", "postgres_commit_rate"), ("new_ratio", "new_rate", "postgres_commit_rate")),
    ),
    "password": Part((Row("password", "sign-ins with a password", ""),), per="sign_in"),
    "tokens": Part(
        (
            Row("code", "code to tokens, ID token ES256", "code_"),
            Row("code_limit", "limit: pgbench, the same statement", "code_limit_"),
            Row("code_rs256", "code to tokens, ID token RS256", "code_rs256_"),
            Row("refresh", "refresh, ID token ES256", "refresh_"),
            Row("refresh_limit", "limit: pgbench, the same statement", "refresh_limit_"),
            Row("introspection", "introspection", "introspection_"),
            Row("introspection_limit", "limit: pgbench, the same statement", "introspection_limit_"),
            Row("session", "a session check, over as many connections", "session_"),
            INSERT,
        ),
        ratios=(
            ("code_ratio", "code_rate", "code_limit_rate"),
            ("refresh_ratio", "refresh_rate", "refresh_limit_rate"),
            ("introspection_ratio", "introspection_rate", "introspection_limit_rate"),
            ("code_commit_ratio", "code_rate", "postgres_commit_rate"),
            ("refresh_commit_ratio", "refresh_rate", "postgres_commit_rate"),
            ("introspection_session_ratio", "introspection_rate", "session_rate"),
        ),
    ),
    "housekeeping": Part(
        (
            Row("quiet", "session checks at a fixed rate, nothing to remove", "quiet_"),
            Row("during", "the same while sessions are removed", "during_"),
        ),
        ratios=(("p99_ratio", "during_p99_ms", "quiet_p99_ms"),),
    ),
    "cold-start": Part(()),
    "revocation": Part(()),
    "scaling": Part(()),
}


@dataclass(frozen=True)
class Aim:
    """What is wanted of a figure: at most (or at least) a bound."""

    figure: str
    words: str
    bound: float
    is_most: bool

    def is_met(self, value: float) -> bool:
        return value <= self.bound if self.is_most else value >= self.bound


def most(figure: str, words: str, bound: float) -> Aim:
    return Aim(figure, words, bound, True)


def least(figure: str, words: str, bound: float) -> Aim:
    return Aim(figure, words, bound, False)


@dataclass(frozen=True)
class Line:
    """One line of the table of everything: how its figures begin, what limits it, and its aims."""

    title: str
    prefix: str
    limit_words: str = ""
    limit: str = ""
    ratio: str = ""
    aims: tuple[Aim, ...] = ()


def memory(prefix: str) -> Aim:
    return most(f"{prefix}rss_without_hash_regions_mb", "memory", 64)


# Three commits, and a little of the timers that happen to run.
SIGN_IN_AIMS = (("server_cpu_us", "server", 1000.0), ("commits_per_sign_in", "commits", 3.05))


def social(title: str, prefix: str, ratio: str = "") -> Line:
    aims = tuple(most(prefix + figure, words, bound) for figure, words, bound in SIGN_IN_AIMS)
    return Line(title, prefix, "pg commit, 8 clients", "sign_in_postgres_commit_rate", ratio, (*aims, memory(prefix)))


LINES = (
    Line("session check", "session_", "empty handler", "session_limit_rate", "session_ratio",
         (least("session_ratio", "ratio", 0.8), memory("session_"))),
    Line("session check at half load", "session_half_load_", "", "", "", (most("session_half_load_p99_ms", "p99", 10),)),
    Line("  limit: empty handler", "session_limit_"),
    Line("  limit: nginx", "session_nginx_"),
    Line("  limit: pg, the same statement, 8 clients", "session_postgres_select_"),
    social("sign-in, Google, returning", "sign_in_", "sign_in_ratio"),
    social("sign-in, Google, new", "sign_in_new_", "sign_in_new_ratio"),
    social("sign-in, GitHub, returning", "sign_in_github_"),
    Line("sign-in, Google, a new browser and a mail", "sign_in_new_browser_", "", "", "", (memory("sign_in_new_browser_"),)),
    Line("  limit: pg insert and commit, 8 clients", "sign_in_postgres_commit_"),
    Line("password sign-in", "password_", "libsodium, all cores", "password_limit_rate", "password_ratio",
         (least("password_ratio", "ratio", 0.9), least("password_kept_gain", "hash, memory kept / not", 1.8),
          most("password_check_p99_ratio", "p99 of checks, busy / quiet", 2), memory("password_"))),
    Line("  limit: libsodium's own memory", "password_limit_"),
    Line("  limit: memory kept", "password_kept_limit_"),
    Line("code to tokens, ES256", "tokens_code_", "pg commit, as many clients", "tokens_postgres_commit_rate",
         "tokens_code_commit_ratio", (least("tokens_code_commit_ratio", "ratio", 0.333), memory("tokens_code_"))),
    Line("  limit: pg, the same statement", "tokens_code_limit_"),
    Line("code to tokens, RS256", "tokens_code_rs256_"),
    Line("refresh, ES256", "tokens_refresh_", "pg commit, as many clients", "tokens_postgres_commit_rate",
         "tokens_refresh_commit_ratio", (least("tokens_refresh_commit_ratio", "ratio", 0.333), memory("tokens_refresh_"))),
    Line("  limit: pg, the same statement", "tokens_refresh_limit_"),
    Line("introspection", "tokens_introspection_", "session check", "tokens_session_rate", "tokens_introspection_session_ratio",
         (least("tokens_introspection_session_ratio", "ratio", 0.7), memory("tokens_introspection_"))),
    Line("  limit: pg, the same statement", "tokens_introspection_limit_"),
    Line("  limit: pg insert and commit", "tokens_postgres_commit_"),
    Line("session checks, fixed rate", "housekeeping_quiet_"),
    Line("  while sessions are removed", "housekeeping_during_", "", "", "",
         (most("housekeeping_p99_ratio", "p99, during / quiet", 1.5),)),
    Line("cold start to ready", "cold_start_", "", "", "", (most("cold_start_ms", "ms", 100),)),
    Line("revocation, to the refusal", "revocation_", "", "", "",
         (most("revocation_p99_ms", "p99", 50), most("revocation_stale", "stale", 0))),
)  # fmt: skip
