"""Names of the processes that Parvis ships, said in the reader's language.

The rows of the catalogue are data, in French; `tools.messages` reads their texts in the shipped file. A text that is
not there, such as the name of a service added by a deployer, is shown as it is.
"""

from django.utils.translation import gettext


def said(text: str) -> str:
    """Say a text of the catalogue in the active language. Empty stays empty: gettext would give its own header."""
    return gettext(text) if text else ""
