"""The scripts, styles and pictures that pages load: ours, and those of Leaflet."""

from importlib.resources import files

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from services.ogc.questions.problems import Problem

FOLDERS = {
    "/static/leaflet/": StaticFiles(directory=str(files("xstatic.pkg.leaflet") / "data")),
    "/static/": StaticFiles(directory=str(files("services.ogc") / "static")),
}


async def answer(scope: Scope) -> Response | None:
    """The file that is asked for; None where something else is. Raises Problem where it is not there."""
    prefix = next((one for one in FOLDERS if scope["path"].startswith(one)), None)
    if prefix is None:
        return None
    folder, below = FOLDERS[prefix], {**scope, "path": scope["path"].removeprefix(prefix.rstrip("/"))}
    try:
        return await folder.get_response(folder.get_path(below), below)
    except HTTPException as fault:
        raise Problem(fault.status_code, "no script, style or picture of this name", fault.headers) from None
