"""Every message in the code: what is said, raised or shown, found by reading the code and not by running it."""

import ast
import inspect
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jinja2.ext import babel_extract

from geo import errors
from services.pages.script_texts import messages_in

ROOT = Path(__file__).parents[2]
PACKAGES = ("geo", "boundaries", "layers", "services")
ERRORS = frozenset(
    {name for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, errors.ZichtError)}
    | {"QueryError", "UnreachableError", "TransientError", "RuleError", "StoreUnavailableError", "AnswerError"}
) - {"DeclarationError", "UnknownNameError"}  # their own words stand in geo.errors
SAYS = ("message", "say", "plural")


@dataclass(frozen=True, slots=True)
class Found:
    """A message and where it stands; `plural` is None where it is said of one thing only."""

    template: str
    plural: str | None
    file: str
    line: int


def found() -> list[Found]:
    """All messages, by file and line."""
    messages = [one for file in sources() for one in of_python(file.read_text(encoding="utf-8"), _name(file))]
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.jinja")):
            messages += _of_jinja(file)
        for file in sorted((ROOT / package).rglob("*.js")):
            messages += _of_javascript(file)
    return [*messages, *_of_persons(ROOT / "layers" / "declarations" / "persons.toml")]


def sources() -> list[Path]:
    return [file for package in PACKAGES for file in sorted((ROOT / package).rglob("*.py"))]


def of_python(text: str, name: str) -> Iterator[Found]:
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) in {*SAYS, *ERRORS} and (texts := _texts(node)):
            yield Found(texts[0], texts[1] if len(texts) > 1 and _called(node) == "plural" else None, name, node.lineno)
    if name.startswith("services/cli/"):
        command = Path(name).stem
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and node.name == command and (told := ast.get_docstring(node)):
                yield Found(inspect.cleandoc(told), None, name, node.lineno)


def unextractable(text: str, name: str) -> Iterator[str]:
    """Calls whose message cannot be found by reading: it is put together where it is said."""
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call) or _called(node) not in {*SAYS, *ERRORS} or not node.args:
            continue
        first = node.args[0]
        if isinstance(first, ast.JoinedStr) or (isinstance(first, ast.BinOp) and _called(node) in ERRORS):
            yield f"{name}:{node.lineno}: {ast.unparse(first)[:80]}"


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _texts(node: ast.Call) -> list[str]:
    return [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]


def _of_jinja(file: Path) -> Iterator[Found]:
    options = {"extensions": "jinja2.ext.i18n", "trimmed": "true", "newstyle_gettext": "true"}
    with file.open("rb") as content:
        for line, _, texts, _ in babel_extract(content, ("_", "gettext", "ngettext"), (), options):
            one, many, *_values = [*texts, None] if isinstance(texts, tuple) else [texts, None]
            yield Found(one, many, _name(file), line)


def _of_javascript(file: Path) -> Iterator[Found]:
    for line, template, several in messages_in(file.read_text(encoding="utf-8")):
        yield Found(template, several, _name(file), line)


def _of_persons(file: Path) -> Iterator[Found]:
    """What each kind of personal data is called, and why it is refused."""
    for kind in tomllib.loads(file.read_text(encoding="utf-8"))["kind"]:
        yield from (Found(kind[field], None, _name(file), 0) for field in ("what", "why"))


def _name(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()
