"""The short link that stands for a socket directory whose own path is too long."""

import os
from contextlib import suppress
from pathlib import Path

from parvis.core.embedded import paths
from parvis.core.embedded.errors import EmbeddedError


def ensure_short_link(data_dir: Path) -> None:
    """Make or repair the link; do nothing when the path needs none.

    /tmp is shared: a link of another account could send us to a false server, so it is refused, never followed.
    """
    if not paths.needs_short_link(data_dir):
        return
    link, target = paths.socket_dir(data_dir), paths.cluster_dir(data_dir)
    with suppress(FileExistsError):
        link.symlink_to(target)
        return
    if link.lstat().st_uid not in (0, os.getuid()):
        message = (
            f"Le raccourci {link} appartient à un autre compte de cette machine. "
            "Supprimez-le, ou choisissez un dossier de données au chemin plus court (PARVIS_DATA)."
        )
        raise EmbeddedError(message)
    if not link.is_symlink() or link.readlink() != target:
        message = f"{link} existe déjà et ne mène pas à {target}. Supprimez-le, puis relancez la commande."
        raise EmbeddedError(message)
