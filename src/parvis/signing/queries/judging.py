"""Judge a signed file for another context, with whom this installation trusts."""

from dataclasses import dataclass

from parvis.core.clock import now
from parvis.signing import installation
from parvis.signing.validation import service
from parvis.signing.validation.verdicts import Indication


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a verification concludes, in the words of EN 319 102-1. ``passed`` is TOTAL-PASSED and nothing else."""

    indication: str
    sub_indication: str

    @property
    def passed(self) -> bool:
        """Whether everything was found right."""
        return self.indication == Indication.PASSED


def judge(data: bytes, *, name: str, content: bytes | None = None) -> Judgement:
    """Verify a signature, a container or a record, over ``content`` when it is detached. Never raises."""
    report = service.validate(
        data,
        name=name,
        content=content,
        signers=installation.trust(),
        dated_by=installation.timestamp_trust(),
        at=now(),
    )
    return Judgement(str(report.indication), str(report.sub or ""))
