"""Where accounts come from: `load` reads an export folder into records. `rows` finds the rows, `parse` checks them."""

from __future__ import annotations

from migrator.sources.folder import load

__all__ = ["load"]
