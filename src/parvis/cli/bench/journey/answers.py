"""What a citizen types and attaches for the recensement citoyen. Made up, complete and right."""

from datetime import date

DOCUMENT_BYTES = 200 * 1024


def steps(today: date) -> dict[str, dict[str, str]]:
    """Return what a browser posts, step by step, for someone who has just turned 16."""
    birth = date(today.year - 16, today.month, 1)
    return {
        "identite": {
            "francais": "oui",
            "francais_depuis_day": "",
            "francais_depuis_month": "",
            "francais_depuis_year": "",
            "sexe": "2",
            "nom_famille": "Martin",
            "nom_usage": "",
            "prenom_usuel": "Camille",
            "autres_prenoms": "Jeanne, Élise",
            "date_naissance_day": str(birth.day),
            "date_naissance_month": str(birth.month),
            "date_naissance_year": str(birth.year),
            "pays_naissance": "FRA",
            "commune_naissance": "Nice",
            "commune_naissance_code": "06088",
            "ville_naissance": "",
        },
        "parents": {"mere_nom": "Durand", "mere_prenom": "Anne", "pere_nom": "Martin", "pere_prenom": "Paul"},
        "domicile": {
            "numero": "12",
            "extension": "bis",
            "type_voie": "RUE",
            "nom_voie": "des Lilas",
            "code_postal": "35000",
            "commune": "Rennes",
            "commune_code": "35238",
        },
        "situation": {
            "situation_matrimoniale": "Célibataire",
            "nombre_enfants": "0",
            "nombre_freres_soeurs": "2",
            "pupille": "non",
            "scolarite": "lycee",
            "email": "camille@exemple.example",
            "telephone": "06 12 34 56 78",
        },
    }


def document() -> bytes:
    """Return a PDF of 200 KiB: the size of a scanned page."""
    head = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    tail = b"xref\n0 3\n0000000000 65535 f \n0000000009 00000 n \n0000000053 00000 n \n"
    tail += b"trailer<</Size 3/Root 1 0 R>>\nstartxref\n99\n%%EOF\n"
    line = b"%" + b"." * 78 + b"\n"
    return head + line * ((DOCUMENT_BYTES - len(head) - len(tail)) // len(line)) + tail


def multipart(fields: dict[str, str], files: dict[str, bytes]) -> tuple[bytes, str]:
    """Return the body and the content type of a form sent with files."""
    mark = "parvis-bench-0123456789"
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    for name, content in files.items():
        head = f'Content-Disposition: form-data; name="{name}"; filename="{name}.pdf"\r\nContent-Type: application/pdf'
        parts += [f"--{mark}\r\n{head}\r\n\r\n".encode(), content, b"\r\n"]
    return b"".join((*parts, f"--{mark}--\r\n".encode())), f"multipart/form-data; boundary={mark}"
