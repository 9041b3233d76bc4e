"""GraphiQL at /graphiql, from the archive alone: no other host, no Node."""

from functools import cached_property
from http import HTTPStatus
from pathlib import Path, PurePosixPath

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from graph.pages import archive, examples
from graph.pages.archive import File

ARCHIVE = Path(__file__).with_name("graphiql.zip")
PAGE = "index.html"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".md": "text/markdown; charset=utf-8",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
}
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "worker-src 'self'",
        "style-src 'self' 'unsafe-inline'",  # the editor writes its colours and places into elements of their own
        "font-src 'self'",
        "img-src 'self' data:",  # the editor's marks
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
MARK = (
    b'<p role="note" style="position:fixed;inset:auto 0 0 0;margin:0;padding:2px;z-index:99;text-align:center;pointer-events:none;'
    b'font:bold 13px sans-serif;background:#b45309;color:#fff">TEST environment: nothing here counts</p>'
)
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"


class Graphiql:
    """The page with what belongs to it, read when it is first asked for."""

    def __init__(self, path: Path = ARCHIVE, *, is_test: bool = False) -> None:
        self._path = path
        self._is_test = is_test

    @property
    def routes(self) -> list[Route]:
        """Where its parts are."""
        return [
            Route("/graphiql", self.page),
            Route("/graphiql/examples.json", self.examples),
            Route("/graphiql/{name:path}", self.asset),
        ]

    async def page(self, request: Request) -> Response:
        """The page."""
        response = _answer(request, self._files[PAGE], TYPES[".html"], ASK_AGAIN)
        response.headers["content-security-policy"] = POLICY
        response.headers["cross-origin-opener-policy"] = "same-origin"
        return response

    async def asset(self, request: Request) -> Response:
        """One of its files. Those under assets/ carry a digest in their names, and never change."""
        name = request.path_params["name"]
        file, content_type = self._files.get(name), TYPES.get(PurePosixPath(name).suffix)
        if file is None or content_type is None or name == PAGE:
            return PlainTextResponse("There is no such file.\n", HTTPStatus.NOT_FOUND)
        return _answer(request, file, content_type, FOR_EVER if name.startswith("assets/") else ASK_AGAIN)

    async def examples(self, request: Request) -> Response:
        """The operations that it opens with."""
        return _answer(request, self._examples, "application/json", ASK_AGAIN)

    @cached_property
    def _files(self) -> dict[str, File]:
        files = dict(archive.read(self._path))
        return files | {PAGE: archive.compressed(marked(files[PAGE].content))} if self._is_test else files

    @cached_property
    def _examples(self) -> File:
        return archive.compressed(examples.as_json())


def marked(page: bytes) -> bytes:
    """The page of a TEST environment: its title and a bar at its foot say so. The bar is no script, and takes no clicks."""
    return page.replace(b"<title>", b"<title>TEST: ").replace(b"</body>", MARK + b"</body>")


def _answer(request: Request, file: File, content_type: str, cache: str) -> Response:
    """A file, compressed for those who take that; without its content if they have it already."""
    headers = {"etag": f'W/"{file.digest[:32]}"', "cache-control": cache, "vary": "accept-encoding"}
    if headers["etag"] in [tag.strip() for tag in request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    if _takes_gzip(request.headers.get("accept-encoding", "")):
        return Response(file.compressed, headers=headers | {"content-encoding": "gzip"}, media_type=content_type)
    return Response(file.content, headers=headers, media_type=content_type)


def _takes_gzip(accept: str) -> bool:
    for listed in accept.lower().split(","):
        name, *parameters = (part.strip() for part in listed.split(";"))
        if name in ("gzip", "*"):
            return not any(each.replace(" ", "") in ("q=0", "q=0.0", "q=0.00", "q=0.000") for each in parameters)
    return False
