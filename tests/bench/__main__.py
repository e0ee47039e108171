"""Every measurement, one after the other: `python -m tests.bench`."""

import importlib
from pathlib import Path


def main() -> None:
    """Run the `main()` of each module here that has one."""
    for file in sorted(Path(__file__).parent.glob("[!_]*.py")):
        module = importlib.import_module(f"tests.bench.{file.stem}")
        if hasattr(module, "main"):
            print(f"\n=== {file.stem}", flush=True)
            module.main()


if __name__ == "__main__":
    main()
