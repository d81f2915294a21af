"""The templates and other files of pages, which stand beside this one."""

from importlib.resources import files

import jinja2

from geo.messages import Message
from layers.messages import say

HERE = files("services.pages")


def own(name: str) -> str:
    """The text of a file of this room."""
    return (HERE / name).read_text(encoding="utf-8")


def template(name: str) -> jinja2.Template:
    """The template of a page, of which the texts are messages of the catalogue."""
    extensions = ["jinja2.ext.i18n"]
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, undefined=jinja2.StrictUndefined, extensions=extensions
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_callables(say, _plural, newstyle=True)  # type: ignore[attr-defined]  # of the extension
    return environment.from_string(own(name))


def _plural(one: str, several: str, count: int) -> str:
    return say(Message(one, plural=several, count=count))
