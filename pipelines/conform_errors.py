"""The error that the conformance command answers with exit status 2."""

from data_standards.conformance.document import FileKind
from pipelines.errors import DaichoError


class UnreadableError(DaichoError):
    """A file that cannot be read as a table. ``kind`` is ``other`` where no table format at all is behind it."""

    def __init__(self, text: str, text_en: str, kind: FileKind = "other") -> None:
        super().__init__(text)
        self.text_en = text_en
        self.kind = kind
