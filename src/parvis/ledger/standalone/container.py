"""Evidence containers (ASiC-E): every file named once in a manifest, the manifest under one timestamp."""

import hashlib
import hmac
import zipfile
import zlib
from base64 import b64decode
from io import BytesIO
from xml.etree import ElementTree as ET

MANIFESTS = "META-INF/ASiCManifest"
_ASIC, _DS = "{http://uri.etsi.org/02918/v1.2.1#}", "{http://www.w3.org/2000/09/xmldsig#}"
_METHODS = {
    "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384": "sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
}
_MOST_FILES, _MOST_BYTES, _MOST_RATIO = 2_000, 512 * 1024 * 1024, 200


class BadBoxError(ValueError):
    """This is not a container, or it is not whole; the message, in French, says why."""


def open_box(data: bytes) -> dict[str, bytes]:
    """Return the files of a container by name. Raise BadBoxError, for a zip bomb too."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            entries = archive.infolist()
            size, packed = sum(one.file_size for one in entries), sum(one.compress_size for one in entries)
            if len(entries) > _MOST_FILES or size > _MOST_BYTES or size > _MOST_RATIO * max(packed, 1024):
                raise BadBoxError("Ce conteneur est trop gros, ou piégé.")
            files = {one.filename: archive.read(one) for one in entries if not one.is_dir()}
            if len(files) != sum(not one.is_dir() for one in entries):
                raise BadBoxError("Ce conteneur a deux fichiers du même nom.")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, zlib.error) as error:
        raise BadBoxError("Ce fichier n’est pas un conteneur lisible.") from error
    return files


def sealed_by(files: dict[str, bytes], manifest: str) -> str:
    """Return the name of what covers a manifest, once every file it names is the one it says. Raise BadBoxError."""
    root = _parsed(files[manifest])
    for name, (method, said) in _named(root).items():
        if name not in files:
            raise BadBoxError(f"{name} : nommé par le conteneur, absent.")  # noqa: EM102
        found = hashlib.new(_METHODS.get(method, "md5"), files[name], usedforsecurity=False).digest()
        if method not in _METHODS or not hmac.compare_digest(found, said):
            raise BadBoxError(f"{name} : ce n’est pas le fichier qui a été mis dans le conteneur.")  # noqa: EM102
    seals = root.findall(f"{_ASIC}SigReference")
    if root.tag != f"{_ASIC}ASiCManifest" or len(seals) != 1:
        raise BadBoxError("Le manifeste de ce conteneur est illisible.")
    return seals[0].get("URI", "")


def check_nothing_loose(files: dict[str, bytes]) -> None:
    """Raise BadBoxError when a file is named by no manifest: nothing covers it."""
    named = {name for manifest in files if manifest.startswith(MANIFESTS) for name in _named(_parsed(files[manifest]))}
    loose = sorted(name for name in files if not name.startswith("META-INF/") and name not in (*named, "mimetype"))
    if loose or not named:
        raise BadBoxError(f"Rien ne couvre {', '.join(loose) or 'ce conteneur'}.")  # noqa: EM102


def _named(root: ET.Element) -> dict[str, tuple[str, bytes]]:
    found = {}
    for entry in root.findall(f"{_ASIC}DataObjectReference"):
        method, value = entry.find(f"{_DS}DigestMethod"), entry.find(f"{_DS}DigestValue")
        if method is None or value is None:
            raise BadBoxError("Le manifeste de ce conteneur est illisible.")
        try:
            digest = b64decode(value.text or "", validate=True)
        except ValueError as error:
            raise BadBoxError("Le manifeste de ce conteneur est illisible.") from error
        found[entry.get("URI", "")] = (method.get("Algorithm", ""), digest)
    return found


def _parsed(content: bytes) -> ET.Element:
    """Read a manifest. It has no use for a DTD, which is how an XML bomb comes in."""
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content or b"\0" in content:
        raise BadBoxError("Le manifeste de ce conteneur est piégé.")
    try:
        return ET.fromstring(content)  # noqa: S314 - no DTD, checked above
    except (ET.ParseError, ValueError, LookupError) as error:
        raise BadBoxError("Le manifeste de ce conteneur est illisible.") from error
