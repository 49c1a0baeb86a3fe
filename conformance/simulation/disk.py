"""Files that outlive the process that wrote them, up to and including a last line that was only half written."""

from __future__ import annotations


class Disk:
    """Append-only files by name; what was written stays when a process dies, and the next one reads it."""

    def __init__(self) -> None:
        self.files: dict[str, bytearray] = {}

    def read(self, name: str) -> bytes:
        """All bytes of a file, empty when it was never written."""
        return bytes(self.files.get(name, b""))

    def append(self, name: str, data: bytes) -> None:
        """Add to the end of a file."""
        self.files.setdefault(name, bytearray()).extend(data)

    def truncate(self, name: str, size: int) -> None:
        """Keep the first `size` bytes, as a journal does that cuts a torn last line off."""
        del self.files.setdefault(name, bytearray())[size:]

    def remove(self, name: str) -> None:
        """Forget a file; one that is not there is no error."""
        self.files.pop(name, None)
