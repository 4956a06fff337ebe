#!/usr/bin/env python3
"""An independent reading of the linking policy.

Reads the cases of the standard policy as JSON lines on stdin, each with the facts, whether they are possible and what was
decided, and prints every disagreement. Exit status 0: agreement on every case there is; 1: disagreement.

It is written the other way round from the decision it checks. There, an ordered list of questions leads to an outcome.
Here every outcome is on the table at first, each statement of docs/linking.md strikes the outcomes it forbids, and what
is left over and helps the person most is the answer. Neither can be derived from the other by renaming.
"""

import itertools
import json
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

# Most helpful first: what a person would rather have, if nothing spoke against it.
OUTCOMES = [
    "sign_in",
    "link",
    "claim",
    "link_after_proof",
    "claim_after_proof",
    "create",
    "create_separate",
    "hold",
    "refuse",
]

INTO_ACCOUNT = {"link", "link_after_proof", "claim", "claim_after_proof"}
SILENT = {"link", "claim"}
NEW_USER = {"create", "create_separate"}
CLAIMS = {"claim", "claim_after_proof"}
LINKS = {"link", "link_after_proof"}


class Case:
    """The facts, with the words the statements use."""

    def __init__(self, facts):
        self.__dict__.update(facts)
        self.linking = self.intent == "link"
        self.signing_in = not self.linking
        self.owned = self.identity in ("mine", "other", "disabled", "lapsed")
        # A lapsed link leads to the owner of the identity, whoever holds the address.
        self.into_holder = self.signing_in and self.identity != "lapsed"
        self.proven = self.email in ("verified", "authoritative")
        self.warned = self.recycled or self.privileged or self.dormant or self.account == "several"


def impossible(c):
    """Combinations that cannot occur: facts about a session, an address or an account that is not there."""
    about = c.account != "none" if c.signing_in else c.session != "none"
    return any(
        [
            "mine" in (c.identity, c.account) and c.session == "none",
            c.account == "mine" and c.signing_in,
            c.account != "none" and c.email == "none",
            (c.recycled or c.privileged or c.dormant) and not about,
            c.linking and c.session == "fresh" and c.dormant,
            c.linking and c.identity == "lapsed",
            c.identity == "blocked" and c.linking and c.session == "none",
            c.identity == "blocked" and c.signing_in and not (c.proven and c.account == "verified"),
        ]
    )


# (what docs/linking.md says, when it speaks, which outcomes it strikes)
STATEMENTS = [
    # invariants
    ("1: nobody but the owner signs in with an identity", lambda c: c.identity not in ("mine", "other"), {"sign_in"}),
    ("1: while linking, the owner is the session's user or nobody signs in", lambda c: c.linking and c.identity == "other", {"sign_in"}),
    ("1: an owned identity is attached to nobody else", lambda c: c.owned and c.identity != "lapsed", INTO_ACCOUNT | NEW_USER),
    ("1: a lapsed link is proven again and nothing else", lambda c: c.identity == "lapsed", (INTO_ACCOUNT | NEW_USER) - {"link_after_proof"}),
    ("what the owner blocked stays out", lambda c: c.identity == "blocked", INTO_ACCOUNT | NEW_USER | {"hold"}),
    ("2: an unproven address reaches no account", lambda c: c.into_holder and not c.proven, INTO_ACCOUNT),
    ("3: an unproven account is not linked into", lambda c: c.into_holder and c.account == "unverified", LINKS),
    ("3: less than authoritative does not claim without a code", lambda c: c.email != "authoritative", {"claim"}),
    ("4: recycled is not silent", lambda c: c.recycled, SILENT),
    ("5: privileged is not silent", lambda c: c.privileged, SILENT),
    ("6: linking needs a fresh session", lambda c: c.linking and c.session != "fresh", INTO_ACCOUNT),
    ("7: a disabled user gets no session", lambda c: c.identity == "disabled", {"sign_in"} | INTO_ACCOUNT | NEW_USER),
    ("7: a disabled account is not reached", lambda c: c.into_holder and c.account == "disabled", INTO_ACCOUNT),
    ("8: several holders are not decided silently", lambda c: c.account == "several", SILENT),
    # meaning of the outcomes
    ("linking adds to one's own account: no new user, no claim", lambda c: c.linking, NEW_USER | CLAIMS),
    ("there must be an account to link to", lambda c: c.into_holder and c.account == "none", LINKS),
    ("only what nobody has proven is claimed", lambda c: c.account != "unverified", CLAIMS),
    ("create takes the address, so it must be free", lambda c: c.account != "none", {"create"}),
    ("waiting is for newcomers that an administrator can decide", lambda c: c.linking or c.owned, {"hold"}),
    # the standard policy
    ("verified is not authoritative: no silent link", lambda c: c.signing_in and c.email != "authoritative", {"link"}),
    ("dormant asks for proof", lambda c: c.dormant, SILENT),
    ("a privileged registration is not claimed, an administrator decides", lambda c: c.privileged, CLAIMS),
    ("among several proven holders an administrator decides", lambda c: c.into_holder and c.account == "several", LINKS),
    ("whoever proved an address that is held does not get a second account", lambda c: c.proven and c.account != "none", NEW_USER),
    ("whoever proved a disabled account's address is told so", lambda c: c.proven and c.account == "disabled", {"hold"}),
    ("contradicting facts decide nothing", impossible, set(OUTCOMES) - {"refuse"}),
]


def expected(case):
    struck = set()
    for _, speaks, strikes in STATEMENTS:
        if speaks(case):
            struck |= strikes
    outcome = next(o for o in OUTCOMES if o not in struck)
    return outcome, proofs(case) if outcome == "link_after_proof" else [], reason(case) if outcome == "refuse" else None


def proofs(case):
    """A mailed code proves the mailbox; it is no answer to a doubt about the mailbox."""
    doubt = {"email_code"} if case.warned or case.identity == "lapsed" else set()
    return sorted({"password", "email_code", "linked_identity"} - doubt)


def reason(case):
    """Every refusal of the standard policy: the next step must be the one that gets this person further."""
    if impossible(case):
        return "contradictory_facts", "start_again"
    if case.identity == "disabled" or (case.signing_in and case.account == "disabled"):
        return "user_disabled", "contact_administrator"
    if case.identity == "blocked" and not (case.linking and case.session == "none"):
        return "identity_blocked", "allow_again"
    if case.session == "none":
        return "session_ended", "sign_in_again"
    if case.identity == "other":
        return "identity_in_use", "unlink_there"
    return "session_stale", "confirm_it_is_you"


def main():
    complaints = []
    seen = {}
    for number, line in enumerate(sys.stdin, 1):
        row = json.loads(line)
        key = tuple(row[name] for name in AXES)
        if key in seen:
            complaints.append(f"line {number}: the same case as line {seen[key]}")
        seen[key] = number
        case = Case({name: row[name] for name in AXES})
        outcome, wanted_proofs, refusal = expected(case)
        found = (row["outcome"], row["proofs"], row["reason"], row["next_step"], row["possible"])
        wanted = (
            outcome,
            wanted_proofs,
            refusal[0] if refusal else None,
            refusal[1] if refusal else {"link_after_proof": "prove_ownership", "claim_after_proof": "enter_mailed_code",
                                        "hold": "wait_for_administrator"}.get(outcome),
            not impossible(case),
        )
        if found != wanted:
            facts = " ".join(f"{name}={row[name]}" for name in AXES)
            complaints.append(f"line {number}: {facts}: decided {found}, the oracle says {wanted}")
    missing = [key for key in itertools.product(*AXES.values()) if key not in seen]
    complaints += [f"missing: {key}" for key in missing]
    complaints += [f"no such case: {key}" for key in seen if len(key) != len(AXES)
                   or any(value not in values for value, values in zip(key, AXES.values()))]
    for complaint in complaints:
        print(complaint)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
