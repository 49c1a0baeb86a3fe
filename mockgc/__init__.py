"""mockgc: an emulator of the Genesys Cloud WFM endpoints that says why a request was refused."""

from mockgc.app import Credentials, Emulator, create_app
from mockgc.settings import Settings

__all__ = ["Credentials", "Emulator", "Settings", "create_app"]
