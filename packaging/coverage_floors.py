"""Branch coverage by room, held against floors that may only rise (`coverage_floors.json`).

    python packaging/coverage_floors.py check REPORT     fail where a room fell below its floor
    python packaging/coverage_floors.py raise REPORT     write higher floors where a room rose

REPORT is the JSON report of coverage.py. A room is a folder with Python files.
"""

import json
import math
import sys
from collections import defaultdict
from pathlib import Path

FLOORS = Path(__file__).with_name("coverage_floors.json")


def by_room(report: Path) -> dict[str, float]:
    """Room -> percent of its statements and branches that tests reach."""
    covered: dict[str, int] = defaultdict(int)
    total: dict[str, int] = defaultdict(int)
    for name, file in json.loads(report.read_text(encoding="utf-8"))["files"].items():
        room, summary = Path(name).parent.as_posix(), file["summary"]
        covered[room] += summary["covered_lines"] + summary["covered_branches"]
        total[room] += summary["num_statements"] + summary["num_branches"]
    return {room: 100 * covered[room] / total[room] for room in sorted(total) if total[room]}


def main() -> int:
    """Check or raise the floors; returns the exit status."""
    _, act, report = sys.argv
    found = by_room(Path(report))
    floors: dict[str, int] = json.loads(FLOORS.read_text(encoding="utf-8")) if FLOORS.exists() else {}
    for room, percent in found.items():
        print(f"{room:<40}{percent:6.1f} %   floor {floors.get(room, 0)} %")
    if act == "raise":
        raised = {room: max(math.floor(percent), floors.get(room, 0)) for room, percent in found.items()}
        FLOORS.write_text(json.dumps(raised, indent=4, sort_keys=True) + "\n", encoding="utf-8")
        return 0
    low = [room for room, floor in floors.items() if room in found and found[room] < floor]
    for room in low:
        print(f"{room}: below its floor. Test what was added, or what lost its test.", file=sys.stderr)
    return int(bool(low))


if __name__ == "__main__":
    sys.exit(main())
