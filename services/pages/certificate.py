"""The certificate of an audit as a page: what was computed, and which cells are exposed by what. Nothing in it runs."""

from collections.abc import Iterable, Sequence
from html import escape

from geo.messages import Message, message
from layers.messages import language, said, say

STYLE = (
    "body{font:1rem/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ccc}"
)
HEADER = (message("area"), message("what was counted"), message("at least"), message("at most"), message("betrayed"))


def page(title: Message | str, lines: Iterable[Message | str], exposed: Sequence[Sequence[Message | str]]) -> str:
    """A page with a title, lines of text and a row for each exposed cell, in the language that is spoken."""
    text = "".join(f"<p>{escape(say(line))}</p>" for line in lines)
    head = "".join(f'<th scope="col">{escape(say(name))}</th>' for name in HEADER)
    rows = "".join(f"<tr>{''.join(f'<td>{escape(said(cell))}</td>' for cell in row)}</tr>" for row in exposed)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>" if exposed else ""
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        f'<!doctype html><html lang="{language()}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}"><title>{escape(say(title))}</title>'
        f"<style>{STYLE}</style></head><body><h1>{escape(say(title))}</h1>{text}{table}</body></html>\n"
    )
