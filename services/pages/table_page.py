"""A page of text and one table, such as the certificate of an audit. Nothing in it runs."""

from collections.abc import Iterable, Sequence
from html import escape

from geo.messages import Message
from layers.messages import language, said

STYLE = (
    "body{font:1rem/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ccc}"
)


def page(
    title: Message | str,
    lines: Iterable[Message | str],
    header: Sequence[Message | str],
    rows: Sequence[Sequence[Message | str]],
) -> str:
    """A page with a title, lines of text and a table of rows where there are any, in the language that is spoken."""
    text = "".join(f"<p>{escape(said(line))}</p>" for line in lines)
    head = "".join(f'<th scope="col">{escape(said(name))}</th>' for name in header)
    body = "".join(f"<tr>{''.join(f'<td>{escape(said(cell))}</td>' for cell in row)}</tr>" for row in rows)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>" if rows else ""
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        f'<!doctype html><html lang="{language()}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}"><title>{escape(said(title))}</title>'
        f"<style>{STYLE}</style></head><body><h1>{escape(said(title))}</h1>{text}{table}</body></html>\n"
    )
