#!/usr/bin/env python3
"""An independent reading of linking policies.

Reads one JSON object per line on stdin: a policy's file as `text` (JSON, which is also YAML), whether it `loads`, and, for
those that do, what was decided: `contexts`, each with its `cases` (`all`, or `asked` for those that rules decide) and the
`runs`: answers in the fixed order of the cases, run-length encoded as `number*count` with numbers into `answers`. An answer
is `outcome|reason|rule|next step`. Prints every disagreement and every broken invariant; exit status 0 when there is none.

It is written the other way round from the program it checks:

- There, an ordered list of questions leads to what structure decides. Here every answer says for itself when it is given,
  in no order, and exactly one of them has to speak.
- There, the rules are asked one after the other for each case. Here the rules paint the cases they describe, the last
  rule first, so that what stands at the end is the first rule's paint.
- There, kinds of contexts are found by comparing rules. Here every name in the file is tried, and one that is not in it.
- The twelve invariants are statements of this file's own about finished tables; they share nothing with the program's.
"""

import functools
import itertools
import json
import re
import sys

AXES = {
    "intent": ["sign_in", "link"],
    "session": ["none", "fresh", "stale"],
    "identity": ["unknown", "mine", "other", "disabled", "lapsed", "blocked"],
    "email": ["none", "unverified", "verified", "authoritative"],
    "account": ["none", "mine", "verified", "unverified", "disabled", "several"],
    "recycled": [False, True],
    "privileged": [False, True],
    "dormant": [False, True],
}
FACTS = ["email", "account", "recycled", "privileged", "dormant"]
STRENGTH = {email: number for number, email in enumerate(AXES["email"])}
PROOFS = ["email_code", "linked_identity", "password"]
SURE = ["linked_identity", "password"]
NEXT = {
    "user_disabled": "contact_administrator", "identity_in_use": "unlink_there", "session_ended": "sign_in_again",
    "session_stale": "confirm_it_is_you", "contradictory_facts": "start_again", "identity_blocked": "allow_again",
    "link_only_provider": "choose_another_way", "sign_up_closed": "contact_administrator",
    "invitation_required": "ask_for_invitation", "refused_by_policy": "contact_administrator",
    "account_exists": "sign_in_another_way", "address_unproven": "verify_address_there",
    "address_missing": "share_address", "link_after_proof": "prove_ownership", "claim_after_proof": "enter_mailed_code",
    "hold": "wait_for_administrator",
}
RULE_REASONS = ["refused_by_policy", "account_exists", "address_unproven", "address_missing"]
OUTCOMES = ["link", "link_after_proof", "claim", "claim_after_proof", "create", "create_separate", "hold", "refuse"]


class Case:
    """The facts, with the words the statements use."""

    def __init__(self, values):
        self.__dict__.update(zip(AXES, values))
        self.linking = self.intent == "link"
        self.signing_in = not self.linking
        self.proven = self.email in ("verified", "authoritative")
        self.doubts = [
            doubt
            for doubt, raised in [
                ("several", self.account == "several"), ("privileged", self.privileged),
                ("recycled", self.recycled), ("dormant", self.dormant),
            ]
            if raised
        ]
        self.cell = tuple(getattr(self, fact) for fact in FACTS)
        self.possible = not any(speaks(self) for speaks in IMPOSSIBLE)


IMPOSSIBLE = [
    lambda c: c.session == "none" and "mine" in (c.identity, c.account),
    lambda c: c.signing_in and c.account == "mine",
    lambda c: c.email == "none" and c.account != "none",
    lambda c: (c.recycled or c.privileged or c.dormant) and (c.account if c.signing_in else c.session) == "none",
    lambda c: c.linking and c.session == "fresh" and c.dormant,
    lambda c: c.linking and c.identity == "lapsed",
    lambda c: c.identity == "blocked" and c.linking and c.session == "none",
    lambda c: c.identity == "blocked" and c.signing_in and not (c.proven and c.account == "verified"),
]


def refusal(reason):
    return f"refuse:{reason}|{reason}||{NEXT[reason]}"


def proof(offered, reason, rule=""):
    return f"link_after_proof:{','.join(sorted(offered))}|{reason}|{rule}|{NEXT['link_after_proof']}"


# Every answer that no rule is asked for, and when it is given: never two of them, and never none.
ASKS_RULES = object()
STRUCTURE = [
    (lambda c: refusal("link_only_provider"), lambda c, lo: c.signing_in and lo),
    (lambda c: refusal("user_disabled"), lambda c, lo: c.identity == "disabled" and not (c.signing_in and lo)),
    (lambda c: refusal("user_disabled"),
     lambda c, lo: c.signing_in and not lo and c.identity == "unknown" and c.proven and c.account == "disabled"),
    (lambda c: "sign_in|identity_known||", lambda c, lo: c.signing_in and not lo and c.identity in ("mine", "other")),
    (lambda c: "sign_in|already_linked||", lambda c, lo: c.linking and c.identity == "mine"),
    (lambda c: proof(SURE, "link_lapsed"), lambda c, lo: c.signing_in and not lo and c.identity == "lapsed"),
    (lambda c: refusal("identity_blocked"), lambda c, lo: c.identity == "blocked" and not (c.signing_in and lo)),
    (lambda c: refusal("session_ended"),
     lambda c, lo: c.linking and c.session == "none" and c.identity in ("unknown", "other")),
    (lambda c: refusal("identity_in_use"), lambda c, lo: c.linking and c.session != "none" and c.identity == "other"),
    (lambda c: refusal("session_stale"), lambda c, lo: c.linking and c.session == "stale" and c.identity == "unknown"),
    (lambda c: "link|fresh_session||",
     lambda c, lo: c.linking and c.session == "fresh" and c.identity == "unknown" and not c.doubts),
    (lambda c: proof(SURE, "guard_" + c.doubts[0]),
     lambda c, lo: c.linking and c.session == "fresh" and c.identity == "unknown" and bool(c.doubts)),
    (lambda c: ASKS_RULES,
     lambda c, lo: c.signing_in and not lo and c.identity == "unknown" and not (c.proven and c.account == "disabled")),
]


def structure(case, link_only):
    speaking = [answer for answer, speaks in STRUCTURE if speaks(case, link_only)]
    assert len(speaking) == 1, (vars(case), len(speaking))
    return speaking[0](case)


CASES = [case for case in map(Case, itertools.product(*AXES.values())) if case.possible]
STRUCTURAL = {link_only: [structure(case, link_only) for case in CASES] for link_only in (False, True)}
ASKED = [case for case in CASES if case.signing_in and case.identity == "unknown"]
CELLS = {case.cell: case for case in ASKED}
FIXED = {lo: {cell: structure(case, lo) for cell, case in CELLS.items()} for lo in (False, True)}


# The language.

def many(value, allowed):
    """The values of a condition; None when there is anything wrong with it."""
    values = value if isinstance(value, list) else [value]
    sound = values and all(isinstance(v, str) and allowed(v) for v in values) and len(set(values)) == len(values)
    return values if sound else None


def duration(value):
    return value == "never" or (isinstance(value, str) and re.fullmatch(r"[1-9][0-9]{0,4}d", value) is not None)


CONDITIONS = {
    "email": lambda v: v in AXES["email"],
    "account": lambda v: v in AXES["account"] and v != "mine",
    "provider": lambda v: re.fullmatch(r"[a-z0-9-]{1,32}", v) is not None,
    "domain": lambda v: re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", v) is not None,
    "app": lambda v: 0 < len(v) <= 64,
}


def readable(policy):
    """Whether the file says what the language allows; of names only what the generated files contain."""
    known = {"version", "name", "sign_up", "dormant_after", "link_lapses_after", "rules"}
    if not isinstance(policy, dict) or set(policy) - known or policy.get("version") != 1:
        return False
    if policy.get("sign_up") not in ("open", "invited", "closed") or not duration(policy.get("dormant_after")):
        return False
    if not duration(policy.get("link_lapses_after", "never")) or not isinstance(policy.get("rules"), list):
        return False
    names = [rule.get("name") for rule in policy["rules"] if isinstance(rule, dict)]
    if len(set(names)) != len(policy["rules"]) or not 1 <= len(names) <= 200:
        return False
    return all(map(readable_rule, policy["rules"]))


def readable_rule(rule):
    if set(rule) - {"name", "when", "then", "proofs", "reason"} or not rule.get("name"):
        return False
    if rule.get("then") not in OUTCOMES or ("proofs" in rule) != (rule["then"] == "link_after_proof"):
        return False
    if "proofs" in rule and many(rule["proofs"], lambda v: v in PROOFS) is None:
        return False
    if "reason" in rule and (rule["then"] != "refuse" or rule["reason"] not in RULE_REASONS):
        return False
    when = rule.get("when", {})
    if not isinstance(when, dict):
        return False
    for key, value in when.items():
        if key in CONDITIONS:
            if many(value, CONDITIONS[key]) is None:
                return False
        elif key not in ("recycled", "privileged", "dormant") or not isinstance(value, bool):
            return False
    return True


# What a policy decides.

def accepted(rule, key, default):
    when = rule.get("when", {})
    return default if key not in when else (when[key] if isinstance(when[key], list) else [when[key]])


def speaks_in(rule, context):
    return all(
        context[key] in accepted(rule, key, [context[key]]) and (key not in rule.get("when", {}) or context[key])
        for key in ("provider", "domain", "app")
    )


def paint(policy, context):
    """For each cell the number of the rule that decides it."""
    painted = {}
    for number in reversed(range(len(policy["rules"]))):
        rule = policy["rules"][number]
        if speaks_in(rule, context):
            for cell in itertools.product(*(accepted(rule, fact, AXES[fact]) for fact in FACTS)):
                if cell in CELLS:
                    painted[cell] = number
    return painted


def carry_out(rule, case, sign_up, invited):
    """A rule's answer: what it says, less what doubts and sign-up take away."""
    then, name = rule["then"], rule["name"]
    offered = set(PROOFS) if then == "link" else set(many(rule.get("proofs", []), bool) or [])
    why = "rule"
    if case.doubts and then in ("link", "link_after_proof"):
        left = offered & set(SURE)
        if then == "link" or left != offered:
            then, offered, why = ("link_after_proof" if left else "hold"), left, "guard_" + case.doubts[0]
    elif case.doubts and then in ("claim", "claim_after_proof"):
        weaker = "hold" if {"several", "privileged"} & set(case.doubts) else "claim_after_proof"
        if weaker != then:
            then, why = weaker, "guard_" + case.doubts[0]
    if then in ("create", "create_separate"):
        stopped = {"open": None, "closed": "sign_up_closed", "invited": None if invited else "invitation_required"}[sign_up]
        if stopped:
            return f"refuse:{stopped}|{stopped}|{name}|{NEXT[stopped]}"
    if then == "link_after_proof":
        return proof(offered, why, name)
    if then == "refuse":
        reason = rule.get("reason", "refused_by_policy")
        return f"refuse:{reason}|{reason}|{name}|{NEXT[reason]}"
    return f"{then}|{why}|{name}|{NEXT.get(then, '')}"


def decide(policy, context):
    """Answers for every cell that rules decide in a context, and which rules do."""
    painted = paint(policy, context)
    answers = {}
    for cell, case in CELLS.items():
        fixed = FIXED[context["link_only"]][cell]
        if fixed is not ASKS_RULES:
            answers[cell] = fixed
        elif cell in painted:
            answers[cell] = carry_out(policy["rules"][painted[cell]], case, policy["sign_up"], context["invited"])
        else:
            answers[cell] = "refuse:no_rule|no_rule||contact_administrator"
    return answers, {c: n for c, n in painted.items() if FIXED[context["link_only"]][c] is ASKS_RULES}


def contexts(policy):
    """Every name in the file, and one that is not in it."""
    def names(key):
        return sorted({name for rule in policy["rules"] for name in accepted(rule, key, [])})

    invited = [False, True] if policy["sign_up"] == "invited" else [False]
    for provider, domain, app, invitation in itertools.product(
        names("provider") + ["nobody-named-me"], names("domain") + ["nobody.named.me", None], names("app") + [None], invited
    ):
        yield {"provider": provider, "domain": domain, "app": app, "invited": invitation, "link_only": False}


# What no policy can do. Each statement looks at one answer of a newcomer's sign-in, or at two.

@functools.cache
def parts(answer):
    outcome, _, _, step = answer.split("|")
    word, _, detail = outcome.partition(":")
    return word, set(detail.split(",")) if word == "link_after_proof" and detail else set(), step, detail


INTO = {"link", "link_after_proof", "claim", "claim_after_proof"}
LEADS = {
    "sign_in_another_way": lambda c, p: c.account in ("verified", "several"),
    "verify_address_there": lambda c, p: c.email == "unverified",
    "share_address": lambda c, p: c.email == "none",
    "ask_for_invitation": lambda c, p: p["sign_up"] == "invited",
    "contact_administrator": lambda c, p: True,
    "choose_another_way": lambda c, p: True,
}
INVARIANTS = {
    1: lambda c, w, o, s, p, i: w != "sign_in",
    2: lambda c, w, o, s, p, i: c.proven or not (w in ("link", "claim") or (w == "link_after_proof" and not o)),
    3: lambda c, w, o, s, p, i: c.account != "unverified" or not (
        w in ("link", "link_after_proof") or (w == "claim" and c.email != "authoritative")),
    4: lambda c, w, o, s, p, i: not c.recycled or not (w in ("link", "claim") or "email_code" in o),
    5: lambda c, w, o, s, p, i: not c.privileged or w not in ("link", "claim"),
    7: lambda c, w, o, s, p, i: c.account != "disabled" or w not in INTO,
    8: lambda c, w, o, s, p, i: c.account != "several" or w not in ("link", "claim"),
    9: lambda c, w, o, s, p, i: w not in ("create", "create_separate") or p["sign_up"] == "open" or (
        p["sign_up"] == "invited" and i),
    12: lambda c, w, o, s, p, i: w != "refuse" or LEADS[s](c, p),
}


@functools.cache
def keys(answer):
    """What opens the account's door: None when it stays shut, "free" when it stands open, else the proofs that do."""
    word, offered, _, _ = parts(answer)
    if word in ("link", "claim"):
        return "free"
    return {"email_code"} if word == "claim_after_proof" else offered if word == "link_after_proof" else None


def opens_no_more(weaker, stronger):
    return weaker is None or stronger == "free" or (weaker != "free" and stronger is not None and weaker <= stronger)


def sense(rule, case):
    """Whether a rule's outcome means anything in a case."""
    if rule["then"] == "create":
        return case.account == "none"
    if rule["then"] in ("link", "link_after_proof"):
        return case.account != "none"
    return rule["then"] not in ("claim", "claim_after_proof") or case.account == "unverified"


def judge(policy):
    """Everything that is wrong with a policy, as words."""
    wrong, used = set(), set()
    for context in contexts(policy):
        answers, painted = decide(policy, context)
        for cell, answer in answers.items():
            case = CELLS[cell]
            if (context["domain"] is None) != (case.email == "none"):
                continue
            if cell in painted:
                used.add(painted[cell])
                if not sense(policy["rules"][painted[cell]], case):
                    wrong.add("an outcome makes no sense")
            word, offered, step, detail = parts(answer)
            if detail == "no_rule":
                wrong.add("a case is not covered")
            for number, holds in INVARIANTS.items():
                if not holds(case, word, offered, step, policy, context["invited"]):
                    wrong.add(f"invariant {number}")
            for email in AXES["email"][STRENGTH[case.email] + 1:]:
                if not opens_no_more(keys(answer), keys(answers[(email,) + cell[1:]])):
                    wrong.add("invariant 10")
    if len(used) != len(policy["rules"]):
        wrong.add("a rule is never used")
    return wrong


def judge_structure():
    """Invariants 1, 6, 7 and 11 where no rule is asked, and 11 for whoever was let in by a rule."""
    wrong = set()
    for link_only in (False, True):
        for case, answer in zip(CASES, STRUCTURAL[link_only]):
            word = "" if answer is ASKS_RULES else parts(answer)[0]
            attached = word in INTO
            if attached and case.identity not in ("unknown", "lapsed") or word == "link" and case.identity != "unknown":
                wrong.add("invariant 1")
            if word == "sign_in" and case.identity != "mine" and not (case.identity == "other" and case.signing_in):
                wrong.add("invariant 1")
            if case.linking and case.session != "fresh" and attached:
                wrong.add("invariant 6")
            if case.identity == "disabled" and word != "refuse":
                wrong.add("invariant 7")
            # Whoever comes back after being let in owns the identity.
            if case.identity in ("mine", "other") and case.signing_in and not link_only and word != "sign_in":
                wrong.add("invariant 11")
    return wrong


# The comparison.

def compare(policy, context, answers, label):
    """Disagreements in one context."""
    decided, _ = decide(policy, context)
    fixed = STRUCTURAL[context["link_only"]]
    wanted = []
    for case, structural in zip(CASES, fixed):
        if (context["domain"] is None) != (case.email == "none"):
            continue
        if case.signing_in and case.identity == "unknown":
            wanted.append((case, decided[case.cell]))
        elif context["cases"] == "all":
            wanted.append((case, structural))
    found = [answers[int(n)] for n, c in (run.split("*") for run in context["runs"].split()) for _ in range(int(c))]
    if len(found) != len(wanted):
        yield f"{label}: {len(found)} cases decided, the oracle has {len(wanted)}"
    for (case, expected), given in zip(wanted, found):
        if expected != given:
            facts = " ".join(f"{axis}={getattr(case, axis)}" for axis in AXES)
            yield f"{label}: {facts} {context['provider']} {context['domain']} {context['app']}: decided {given}, the oracle says {expected}"


def main():
    complaints = [f"structure: {words}" for words in judge_structure()]
    loaded = compared = 0
    for number, line in enumerate(sys.stdin, 1):
        row = json.loads(line)
        label = f"policy {number}"
        try:
            policy = json.loads(row["text"], object_pairs_hook=without_repetition)
        except ValueError:
            policy = None
        wrong = judge(policy) if readable(policy) else {"it cannot be read"}
        if row["loads"] and wrong:
            complaints.append(f"{label} loads, but: {', '.join(sorted(wrong))}: {row['text']}")
        if not row["loads"] and not wrong:
            complaints.append(f"{label} does not load, and the oracle finds nothing wrong: {row['text']}")
        loaded += row["loads"]
        if readable(policy):
            for context in row["contexts"]:
                compared += sum(int(run.split("*")[1]) for run in context["runs"].split())
                complaints += compare(policy, context, row["answers"], label)
    for complaint in complaints[:200]:
        print(complaint)
    print(f"{number} policies, {loaded} of them load, {compared} cases compared, {len(complaints)} complaints", file=sys.stderr)
    return 1 if complaints else 0


def without_repetition(pairs):
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a key is written twice")
    return dict(pairs)


if __name__ == "__main__":
    sys.exit(main())
