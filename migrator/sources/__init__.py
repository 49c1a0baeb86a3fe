"""Where accounts come from: `load` reads an export folder into records. Rows are found in `rows`, checked in `parse`."""

from __future__ import annotations

from migrator.sources.folder import load

__all__ = ["load"]
