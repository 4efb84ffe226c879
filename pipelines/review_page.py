"""The review as a page in the browser of the same machine: one pair at a time, decided with one key."""

import html
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import compare_digest, token_urlsafe
from threading import Lock
from urllib.parse import parse_qs

from pipelines.review_store import KEYS, Pair, ReviewStore, differences

_STYLE = """
body{font-family:sans-serif;max-width:70rem;margin:1rem auto;padding:0 1rem;line-height:1.6}
table{border-collapse:collapse;width:100%}th,td{border:1px solid #767676;padding:.4rem;text-align:left;vertical-align:top}
mark{background:#ffe08a;text-decoration:underline}button{font-size:1.1rem;padding:.5rem 1rem;margin:.5rem .5rem 0 0}
"""
_SCRIPT = """
const keys={y:'same',n:'different','?':'undecided',u:'undo'};
document.addEventListener('keydown',e=>{if(e.ctrlKey||e.metaKey||e.altKey||e.target.name==='reason')return;
const b=document.querySelector(`button[value="${keys[e.key]}"]`);if(b)b.click();});
"""


def _marked(one: str, other: str) -> tuple[str, str]:
    """Both texts as HTML, what differs marked."""
    sides: tuple[list[str], list[str]] = ([], [])
    for *texts, same in differences(one, other):
        for side, text in zip(sides, texts, strict=True):
            if text:
                side.append(html.escape(str(text)) if same else f"<mark>{html.escape(str(text))}</mark>")
    return "".join(sides[0]), "".join(sides[1])


def page(pair: Pair | None, waiting: int, token: str) -> str:
    """The page for a pair, or the one that says nothing is left."""
    head = f"<!doctype html><html lang='ja'><head><meta charset='utf-8'><title>照合の確認</title><style>{_STYLE}</style></head><body>"
    buttons = "<button name='verdict' value='undo'>取り消す (u)</button>"
    hidden = f"<input type='hidden' name='token' value='{token}'>"
    if pair is None:
        empty = f"<main><h1>確認する組はありません</h1><form method='post'>{hidden}{buttons}</form></main>"
        return f"{head}{empty}<script>{_SCRIPT}</script></body></html>"
    rows = ""
    for label, one, other in pair.sides:
        left, right = _marked(one, other)
        rows += f"<tr><th scope='row'>{label}</th><td>{left}</td><td>{right}</td></tr>"
    choices = {"same": "同じ (y)", "different": "別 (n)", "undecided": "保留 (?)"}
    rows += f"<tr><th scope='row'>点数の内訳</th><td colspan='2'>{html.escape(pair.account)}</td></tr>"
    buttons = "".join(f"<button name='verdict' value='{verdict}'>{text}</button>" for verdict, text in choices.items()) + buttons
    return (
        f"{head}<main><h1>同じ法人の事業所ですか</h1>"
        f"<p>残り {waiting:,} 組・点数 {pair.bits:.1f} bit・法人の状態 {html.escape(pair.status)}</p>"
        f"<table><thead><tr><th></th><th scope='col'>事業所<br>{html.escape(pair.record_a)}</th>"
        f"<th scope='col'>法人<br>{html.escape(pair.record_b)}</th></tr></thead><tbody>{rows}</tbody></table>"
        f"<form method='post'>{hidden}<input type='hidden' name='record_a' value='{html.escape(pair.record_a)}'>"
        f"<input type='hidden' name='record_b' value='{html.escape(pair.record_b)}'>"
        f"<p><label>理由 <input name='reason' size='60'></label></p>{buttons}</form></main><script>{_SCRIPT}</script></body></html>"
    )


def server(store: ReviewStore, port: int) -> ThreadingHTTPServer:
    """Make the server of the page, for this machine alone; a decision needs the token that the page carries.

    Args:
        store: What is reviewed.
        port: Port on 127.0.0.1; 0 takes a free one.
    """
    token, lock = token_urlsafe(), Lock()

    class Handler(BaseHTTPRequestHandler):
        def _here(self) -> bool:
            """Whether the browser asked for this machine: another name would be a site that points at it."""
            return (self.headers.get("Host") or "").rsplit(":", 1)[0] in ("127.0.0.1", "localhost")

        def do_GET(self) -> None:
            with lock:
                content = page(store.next(), store.waiting().height, token).encode()
            if not self._here() or self.path != "/":
                self.send_error(HTTPStatus.NOT_FOUND)
                return
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(content)

        def do_POST(self) -> None:
            length = min(int(self.headers.get("Content-Length") or 0), 100_000)
            sent = {name: values[0] for name, values in parse_qs(self.rfile.read(length).decode()).items()}
            if not self._here() or not compare_digest(sent.get("token", ""), token):
                self.send_error(HTTPStatus.FORBIDDEN)
                return
            verdict = sent.get("verdict", "")
            with lock:
                if verdict == "undo":
                    store.undo()
                elif verdict in KEYS.values():
                    store.decide(sent.get("record_a", ""), sent.get("record_b", ""), verdict, sent.get("reason", ""))
            self.send_response(HTTPStatus.SEE_OTHER)
            self.send_header("Location", "/")
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
            """Say nothing: what is reviewed does not belong into a log."""

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)
