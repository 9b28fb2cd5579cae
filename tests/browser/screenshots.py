"""Pictures of every state of the dashboard: ``python -m tests.browser.screenshots DIRECTORY [SCENE ...]``.

With ``--docs`` it takes the few that the documentation shows, into ``docs/images``.
"""

from __future__ import annotations

import argparse
import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import expect, sync_playwright
from tests.browser.desk import PATIENCE, Desk, Site, launch
from tests.browser.scenes import SCENES, afternoon, populate
from tests.support.processes import Processes

from opchat_core import Config, connect_config
from opchat_core.embedded import embedded_postgres
from opchat_core.postgres import migrate
from opchat_core.postgres.scratch import truncate
from opchat_core.testing.simulator import Simulator

IMAGES = Path(__file__).parents[2] / "docs" / "images"
SIZES = {"wide": (1440, 900), "middle": (1024, 768), "phone": (390, 844)}
SCHEMES = ("light", "dark")
#: Scene, size and colours of the pictures in the documentation.
DOCS = (
    ("answering", "wide", "light"),
    ("troubles", "wide", "dark"),
    ("chat", "phone", "light"),
    ("list", "phone", "dark"),
)


@contextmanager
def installation() -> Iterator[tuple[Site, Simulator]]:
    """A database, a stand-in for Telegram and a server, all thrown away at the end."""
    with (
        tempfile.TemporaryDirectory(prefix="opchat-pictures-") as directory,
        embedded_postgres(Path(directory, "data")) as url,
        Simulator(port=0) as simulator,
    ):
        migrate(url)
        config = Config(
            database_url=url, bot_token=simulator.token, telegram_api_url=simulator.url, secret_key="s" * 32
        )
        processes = Processes(Path(directory))
        try:
            yield Site(processes, config), simulator
        finally:
            processes.stop_all()


def take(directory: Path, wanted: list[tuple[str, str, str]], *, colours: int | None = None) -> None:
    """Take pictures, each of a fresh installation's state."""
    directory.mkdir(parents=True, exist_ok=True)
    expect.set_options(timeout=PATIENCE)
    with installation() as (site, simulator), sync_playwright() as playwright:
        browser = launch(playwright)
        for scene, size, scheme in wanted:
            truncate(str(site.config.database_url))
            simulator.reset()
            with connect_config(site.config, migrated=True) as chat:
                populate(chat, simulator, afternoon())
                site.start()
                desk = Desk(browser, site, chat, simulator)
                page = desk.operator(size=SIZES[size])
                page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of SCHEMES
                SCENES[scene](desk, page)
                page.wait_for_timeout(250)  # what fades in has done so
                save(page.screenshot(), directory / f"{scene}-{size}-{scheme}.png", colours)
                desk.leave()
        site.stop()
        browser.close()


def save(picture: bytes, path: Path, colours: int | None) -> None:
    """Write a picture; with few colours it takes a third of the room."""
    if colours is None:
        path.write_bytes(picture)
    else:
        with Image.open(io.BytesIO(picture)) as image:
            image.convert("RGB").quantize(colours, dither=Image.Dither.NONE).save(path, optimize=True)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path, nargs="?", default=IMAGES)
    parser.add_argument("scenes", nargs="*", metavar="SCENE", help=f"only these of {', '.join(SCENES)}")
    parser.add_argument("--docs", action="store_true", help="the pictures of the documentation")
    arguments = parser.parse_args()
    if arguments.docs:
        take(arguments.directory, list(DOCS), colours=128)
    else:
        scenes = arguments.scenes or list(SCENES)
        take(arguments.directory, [(scene, size, scheme) for scene in scenes for size in SIZES for scheme in SCHEMES])


if __name__ == "__main__":
    main()
