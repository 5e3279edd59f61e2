"""Write or check what is generated from the config models: the JSON schema and the reference of all keys."""

import argparse
import sys
from pathlib import Path

from bleedmap.config.document import with_keys
from bleedmap.config.schema import schema


def main() -> None:
    """Write both files, or with ``--check`` say which of them is out of date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--schema", type=Path, required=True, help="JSON schema of the config")
    parser.add_argument("--reference", type=Path, required=True, help="Markdown page with the tables of keys")
    parser.add_argument("--check", action="store_true", help="only compare; exit 1 where a file is out of date")
    options = parser.parse_args()
    wanted = {options.schema: schema(), options.reference: with_keys(options.reference.read_text(encoding="utf-8"))}
    for path, text in wanted.items():
        if not options.check:
            path.write_text(text, encoding="utf-8")
        elif not path.is_file() or path.read_text(encoding="utf-8") != text:
            sys.exit(f"{path} is out of date; run make schema")


if __name__ == "__main__":
    main()
