"""Prints what memory a process has, twice a second until it is ended: resident MB, proportional MB, and of the resident those that
are the regions of password hashes, from /proc/PID/smaps."""

from __future__ import annotations

import re
import sys
import time

# A mapping's first line, its size, and what of it is resident; more lines follow.
MAPPING = re.compile(r"^[0-9a-f]+-[0-9a-f]+ (\S+) \S+ \S+ (\d+) *(.*)$")
# Argon2id as Latchkey asks for it works in 19 MiB, 20 where the region is rounded up to huge pages. Regions side by side are shown as
# one mapping.
HASH_REGION_KB = range(19_456, 20_481)


def is_hash_region(permissions: str, inode: str, name: str, size: int) -> bool:
    """Anonymous, writable, and as large as one region or several; how much of it is resident changes while it is made and given back."""
    anonymous = inode == "0" and (name == "" or name.startswith("[anon"))
    count = -(-size // HASH_REGION_KB[-1])
    return anonymous and permissions.startswith("rw") and count > 0 and count * HASH_REGION_KB[0] <= size


def memory(pid: int) -> tuple[float, float, float]:
    """Resident, proportional and hash regions, in MB."""
    total = proportional = hashes = 0
    mapping = ("", "", "")
    size = 0
    with open(f"/proc/{pid}/smaps") as file:
        for line in file:
            if found := MAPPING.match(line):
                mapping = (found[1], found[2], found[3].strip())
                continue
            name, value = line.split(":", 1)
            if name == "Size":
                size = int(value.split()[0])
            elif name == "Pss":
                proportional += int(value.split()[0])
            elif name == "Rss":
                resident = int(value.split()[0])
                total += resident
                if is_hash_region(*mapping, size):
                    hashes += resident
    return total / 1024, proportional / 1024, hashes / 1024


def main() -> None:
    pid = int(sys.argv[1])
    while True:
        time.sleep(0.5)
        try:
            print("%.1f %.1f %.1f" % memory(pid), flush=True)
        except OSError:
            return


if __name__ == "__main__":
    main()
