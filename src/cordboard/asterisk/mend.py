"""The exchange's modules as it loads them: those of its package, one of them mended.

Asterisk before 22.11 ends, with every call on it, at the first press of a transfer key that comes with
`Refer-Sub: false` (RFC 4488: "tell me nothing of how it goes"); its makers' issue 2021. No setting keeps it from that,
and any telephone may send it. So it is given a copy of `res_pjsip_refer` that does not know that header: one letter of
the name that it looks for is another. It then tells the telephone how it goes, as the RFC has it for an exchange that
does not know the header. Nothing is changed in the package itself.
"""

from __future__ import annotations

import os
from pathlib import Path

from cordboard.asterisk.binary import ExchangeBinary, Version

MODULE = "res_pjsip_refer.so"
FIRST_WHOLE = Version(22, 11)
"""From here on the makers have mended it (their pull request 2022). Of 23 we do not know from where on; the copy does
no harm there."""

_KNOWN, _UNKNOWN = b"\0Refer-Sub\0", b"\0Refer-Zub\0"
"""As the compiler laid the name down, once for all its uses, and one of which no telephone has heard."""


def modules_dir(binary: ExchangeBinary, run_dir: Path) -> Path:
    """Where the exchange shall load its modules from: the package's own folder when nothing is to be mended."""
    return binary.modules_dir if is_whole(binary.version) else run_dir / "modules"


def is_whole(version: Version) -> bool:
    """The makers of this Asterisk have mended it themselves, as far as we know."""
    return version.major == FIRST_WHOLE.major and version >= FIRST_WHOLE


def lay_out(binary: ExchangeBinary, run_dir: Path) -> None:
    """Fill the folder of `modules_dir`: links to the package's modules, and the mended copy.

    Raises:
        OSError: the folder cannot be written.
    """
    folder = modules_dir(binary, run_dir)
    if folder == binary.modules_dir:
        return
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {path.name: path for path in binary.modules_dir.glob("*.so")}
    for name, path in wanted.items():
        if name != MODULE:
            _link(folder / name, path)
    for left in folder.iterdir():
        if left.name not in wanted:
            # Of an Asterisk that was here before.
            left.unlink()
    if MODULE in wanted:
        # A new file each time: a living Asterisk has the old one mapped.
        fresh = folder / (MODULE + ".new")
        fresh.write_bytes(mended(wanted[MODULE].read_bytes()))
        fresh.replace(folder / MODULE)


def mended(module: bytes) -> bytes:
    """The module without knowledge of `Refer-Sub`; as it was when the name is not in it exactly once."""
    return module.replace(_KNOWN, _UNKNOWN) if module.count(_KNOWN) == 1 else module


def _link(link: Path, target: Path) -> None:
    if link.is_symlink():
        if os.readlink(link) == str(target):
            return
        link.unlink()
    link.symlink_to(target)
