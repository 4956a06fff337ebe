"""The load of `dev/bench cold-start`: starts a node, asks /readyz each millisecond until it answers 200, and ends it. Prints a line for
people and one of JSON."""

from __future__ import annotations

import argparse
import json
import re
import socket
import statistics
import subprocess
import time
from pathlib import Path

PATIENCE_SECONDS = 30


def is_ready(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            return connection.recv(64).startswith(b"HTTP/1.1 200 ")
    except OSError:
        return False


def cold_start(command: list[str], port: int, log: Path) -> tuple[float, float]:
    """Milliseconds to the first 200, and resident MB at that moment."""
    with log.open("ab") as output:
        began = time.perf_counter()
        node = subprocess.Popen(command, stdout=output, stderr=output, start_new_session=True)
        try:
            while not is_ready(port):
                if node.poll() is not None or time.perf_counter() - began > PATIENCE_SECONDS:
                    raise SystemExit(f"the node does not start: see {log}")
                time.sleep(0.001)
            spent = (time.perf_counter() - began) * 1000
            status = Path(f"/proc/{node.pid}/status").read_text()
            found = re.search(r"VmRSS:\s+(\d+)", status)
            return spent, int(found[1]) / 1024 if found else 0.0
        finally:
            node.terminate()
            node.wait()


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--port", type=int, required=True)
    arguments.add_argument("--samples", type=int, default=5)
    arguments.add_argument("--log", type=Path, required=True)
    arguments.add_argument("command", nargs="+")
    options = arguments.parse_args()
    # The first start reads the program from the disk: that is the disk's time.
    cold_start(options.command, options.port, options.log)
    times, sizes = zip(*(cold_start(options.command, options.port, options.log) for _ in range(options.samples)))
    print(f"\nready after {statistics.median(times):.1f} ms ({min(times):.1f} to {max(times):.1f}), {max(sizes):.1f} MB resident")
    print(json.dumps({
        "ms": round(statistics.median(times), 1),
        "least_ms": round(min(times), 1),
        "most_ms": round(max(times), 1),
        "rss_mb": round(max(sizes), 1),
        "samples": len(times),
    }))  # fmt: skip


if __name__ == "__main__":
    main()
