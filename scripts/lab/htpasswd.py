"""A line of an htpasswd file: bcrypt, the one hash that registries take."""

import ctypes
import secrets
import string

from .errors import LabUnavailableError

PREFIX = "$2b$05$"  # bcrypt at its usual cost for htpasswd files
LETTERS = string.ascii_letters + string.digits


def line(user: str, password: str) -> str:
    """The line for one user. LabUnavailableError where the C library does not know bcrypt."""
    salt = PREFIX + "".join(secrets.choice(LETTERS) for _ in range(21)) + "."
    for name in ("libcrypt.so.1", "libcrypt.so.2"):
        try:
            crypt = ctypes.CDLL(name).crypt
        except (OSError, AttributeError):
            continue
        crypt.argtypes, crypt.restype = [ctypes.c_char_p, ctypes.c_char_p], ctypes.c_char_p
        hashed = crypt(password.encode(), salt.encode()) or b""
        if hashed.startswith(PREFIX.encode()):
            return f"{user}:{hashed.decode('ascii')}\n"
    raise LabUnavailableError(
        "This machine's C library has no bcrypt (libcrypt) to hash a password with."
    )
