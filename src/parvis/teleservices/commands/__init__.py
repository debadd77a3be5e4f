"""Writes of the teleservices context, one function a use case."""

from parvis.teleservices.commands.drafts import (
    abandon_request,
    attach_file,
    detach_file,
    save_step,
    start_request,
)
from parvis.teleservices.commands.follow_up import SentFile, answer_complement, tell_applicant
from parvis.teleservices.commands.submission import finish_deposit, release_folder, submit_request

__all__ = [
    "SentFile",
    "abandon_request",
    "answer_complement",
    "attach_file",
    "detach_file",
    "finish_deposit",
    "release_folder",
    "save_step",
    "start_request",
    "submit_request",
    "tell_applicant",
]
