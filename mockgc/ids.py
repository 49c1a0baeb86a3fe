"""
Identity from a seed: ids, client ids, secrets and tokens, all derived and none random.

An id is a UUID whose last twelve digits are its counter in hexadecimal, the group before them the organisation's
ordinal, and whose rest is a keyed hash of both. So the same seed and the same requests give the same ids, no id is
given out twice, and `issued` can tell an id that was once given out from one that never was.
"""

from __future__ import annotations

from hashlib import blake2b
from uuid import UUID


class Ids:
    """
    Derives identities from a seed.

    Args:
        seed: bytes that nobody guesses unless the user fixed them; at most 64 are used.
        is_fixed: whether the user asked for this very seed.
    """

    __slots__ = ("_keyed", "_seed", "is_fixed")

    def __init__(self, seed: bytes, is_fixed: bool = True) -> None:
        self._seed, self.is_fixed = seed[:64], is_fixed
        self._keyed = blake2b(digest_size=8, key=self._seed)

    @property
    def seed(self) -> bytes:
        """For a store that has to remember it; as secret as what derives from it."""
        return self._seed

    def uuid(self, stream: str, ordinal: int, counter: int) -> str:
        """The id number `counter` of a stream of one organisation."""
        hashed = self._keyed.copy()
        hashed.update(f"{stream}/{ordinal}/{counter}".encode())
        digest = hashed.hexdigest()
        return f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-8{ordinal & 0xFFF:03x}-{counter & 0xFFFFFFFFFFFF:012x}"

    def secret(self, stream: str, ordinal: int, counter: int) -> str:
        """A secret of 43 URL-safe characters or fewer; as hard to guess as the seed."""
        return blake2b(f"secret/{stream}/{ordinal}/{counter}".encode(), digest_size=24, key=self._seed).hexdigest()

    def issued(self, value: str, stream: str, ordinal: int, counter: int) -> bool:
        """Whether `value` is one of the first `counter` ids of this stream."""
        try:
            number = UUID(value).int & 0xFFFFFFFFFFFF
        except ValueError:
            return False
        return 1 <= number <= counter and self.uuid(stream, ordinal, number) == value
