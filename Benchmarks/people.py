"""Makes people known to a stand-in under the names that bench-load asks for, bench-1 and so on. Their subjects are those that
Benchmarks/data.sql has identities for."""

from __future__ import annotations

import argparse
import http.client
import json


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--control", type=int, required=True, help="the control port of the stand-ins")
    arguments.add_argument("--provider", required=True)
    arguments.add_argument("--count", type=int, required=True)
    arguments.add_argument("--first", type=int, required=True, help="the subject before the first")
    arguments.add_argument("--step", type=int, required=True, help="how far apart the subjects are")
    options = arguments.parse_args()
    connection = http.client.HTTPConnection("127.0.0.1", options.control)
    for number in range(1, options.count + 1):
        person = {
            "subject": str(options.first + number * options.step),
            "name": f"Person {number}",
            "username": f"person{number}",
            "email": f"{options.provider}-{number}@people.example",
            "email_verified": True,
        }
        path = f"/people/{options.provider}/bench-{number}"
        connection.request("PUT", path, json.dumps(person), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise SystemExit(f"the stand-in for {options.provider} does not take people: {answer.status} {text[:200]!r}")


main()
