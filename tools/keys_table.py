"""Writes the table of commands and their usual keys in docs/guide/keys.md.

python tools/keys_table.py
"""

from __future__ import annotations

from pathlib import Path

from ptxviewer.app.commands import COMMANDS, GROUP_NAMES
from ptxviewer.app.commands.palette import untranslated

PAGE = Path(__file__).resolve().parents[1] / "docs" / "guide" / "keys.md"
BEGIN, END = "<!-- commands -->", "<!-- end of commands -->"


def table() -> str:
    """Return all commands as a table of Markdown, in the order of the menus."""
    lines = ["| command | does | keys |", "|---|---|---|"]
    for command in COMMANDS:
        name = untranslated(command.text, **dict(command.values))
        keys = ", ".join(f"`{key}`" for key in command.keys).replace("|", "\\|")
        lines.append(f"| `{command.id}` | {GROUP_NAMES[command.group]}: {name} | {keys} |")
    return "\n".join(lines)


def with_table(page: str) -> str:
    """Return the page with its table made anew."""
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}\n{table()}\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
