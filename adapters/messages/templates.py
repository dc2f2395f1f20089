"""The words of messages: templates in files, which a practice may write anew in a folder of its own.

A template is given few values, no objects: what it is not given it cannot say (H9). The first line of a mail's is its
subject. What ends in .html is escaped; a template cannot reach anything of the program.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from jinja2 import FileSystemLoader, StrictUndefined, TemplateError, TemplateNotFound, select_autoescape
from jinja2.sandbox import ImmutableSandboxedEnvironment

from adapters.messages.letter import SendingError
from model.channel import Channel
from model.message import Kind

OURS = Path(__file__).parent / "templates"
_SUBJECT = "Subject:"
Value = str | int | tuple[str, ...]


class BrokenTemplate(SendingError):
    """A template of the practice's own cannot be used; once it is mended, the message goes."""


@dataclass(frozen=True, kw_only=True)
class Words:
    """What a message says. A text or a call has no subject."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Templates:
    """The practice's folder first, then ours."""

    folder: str = ""

    @cached_property
    def _environment(self) -> ImmutableSandboxedEnvironment:
        folders = [*([Path(self.folder)] if self.folder else []), OURS]
        return ImmutableSandboxedEnvironment(
            loader=FileSystemLoader(folders),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def words(self, kind: Kind, channel: Channel, values: Mapping[str, Value]) -> Words:
        """Fill in what is to be said by this channel; a text is like the mail where it has no template of its own."""
        name = kind.lower()
        try:
            if channel is Channel.EMAIL:
                return self._mail(name, values)
            found = self._environment.select_template([f"{name}.text.txt", f"{name}.txt"])
            return Words(subject="", text=_body(found.render(values)), html="")
        except (TemplateError, TypeError, ValueError):
            raise BrokenTemplate(f"The template for messages of kind {kind} cannot be used.") from None

    def _mail(self, name: str, values: Mapping[str, Value]) -> Words:
        said = self._environment.get_template(f"{name}.txt").render(values)
        first = said.partition("\n")[0]
        if not first.startswith(_SUBJECT):
            raise ValueError("no subject")
        subject = first.removeprefix(_SUBJECT).strip()
        return Words(subject=subject, text=_body(said), html=self._html(name, values))

    def _html(self, name: str, values: Mapping[str, Value]) -> str:
        try:
            return self._environment.get_template(f"{name}.html").render(values)
        except TemplateNotFound:
            return ""


def _body(said: str) -> str:
    first, _, rest = said.partition("\n")
    return (rest if first.startswith(_SUBJECT) else said).strip() + "\n"
