"""How values are compared; what is stored stays as sent."""

from __future__ import annotations

import unicodedata

BLANKS = " \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
"""White space that may surround a name, as the inside of a regular expression's character class."""

_STRIPPED = " \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"


def folded_name(name: str) -> str:
    """NFKC(casefold(NFKC(strip(name)))). Source: decided, specification of the dialect, common rules."""
    if name.isascii():
        return name.strip(" ").casefold()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name.strip(_STRIPPED)).casefold())


def spoken(kind: str) -> str:
    """A kind as people say it: `scheduleTemplate` is a schedule template."""
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in kind)


def folded_email(email: str) -> str:
    """E-mail addresses are compared case folded. Source: decided, specification of the dialect, users."""
    return email.casefold()
