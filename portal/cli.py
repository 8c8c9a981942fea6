"""The command line: `portal …`. Thin: each command builds the application and calls one operation."""

from __future__ import annotations

import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from portal.config import Config, UnsafeSetting, from_environment
from portal.serving import collecting_nothing, load

DEMO_SEED = 2023


def _settings(**changes: str) -> Config:
    try:
        return from_environment({**os.environ, **changes})
    except UnsafeSetting as error:
        raise click.ClickException(str(error)) from error


def _app(config: Config) -> Any:
    return load(config)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="portal")
def main() -> None:
    """The portal: mentoring and programmes for orphaned and distressed children.

    \b
    Start it with the demo:      portal run
    In production:               portal doctor && portal migrate && portal worker
    Settings come from the environment; deploy/environment.example explains each.
    """


@main.command()
@click.option(
    "--port",
    type=int,
    default=lambda: int(os.environ.get("PORT", "8000")),
    help="Port on 127.0.0.1 (PORT, 8000); 0 takes a free one.",
)
@click.option(
    "--demo/--no-demo", default=None, help="Load the Lanshan demo on the first start (the default outside production)."
)
def run(port: int, demo: bool | None) -> None:
    """Serve on this machine with waitress, the worker inside, on SQLite under instance/.

    The first start makes the database and loads the demo, with one-click roles and mail shown on a page. For real
    work set PORTAL_PRODUCTION=1 and its settings, or use gunicorn (see deploy/).
    """
    import socket

    import waitress

    production = os.environ.get("PORTAL_PRODUCTION", "").lower() in {"1", "true", "yes", "on"}
    with_demo = demo if demo is not None else not production
    # The port is taken before anything slow, so that a taken one is told at once.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError as error:
        raise click.ClickException(
            f"Port {port} is taken ({error.strerror}). Choose another one: PORT=8001 make run"
        ) from error
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    changes = {"PORTAL_PUBLIC_URL": os.environ.get("PORTAL_PUBLIC_URL", address)}
    if with_demo:
        changes["PORTAL_DEMO"] = "1"
    config = _settings(**changes)
    with collecting_nothing():
        _bring_up_to_date(config)
        app = _app(config)
    if with_demo:
        _load_demo(app, wanted=demo is True)
    from portal.jobs import start_inside

    start_inside(app)
    server = waitress.create_server(
        app, sockets=[listener], threads=8, ident=None, max_request_body_size=64 * 1024 * 1024
    )
    click.echo(address)
    sys.stdout.flush()
    try:
        server.run()
    except KeyboardInterrupt:
        pass
    finally:
        server.close()


def _bring_up_to_date(config: Config) -> None:
    from portal.migrate import is_current, upgrade

    if not is_current(config.database_url):
        click.echo("Preparing the database …", err=True)
        upgrade(config.database_url)


def _load_demo(app: Any, *, wanted: bool) -> None:
    """Load the demo into an empty database. Somebody's own records are left alone; a demo asked for is refused."""
    from portal.demo.load import is_loaded, load
    from portal.kernel.clock import today
    from portal.kernel.errors import DomainError

    with app.app_context():
        loaded = is_loaded()
    if loaded:
        return
    click.echo("Loading the Lanshan demo (about ten seconds, once) …", err=True)
    try:
        load(app, as_of=today(), seed=DEMO_SEED)
    except DomainError as error:
        if wanted:
            raise click.ClickException(str(error)) from error
        click.echo(str(error), err=True)


@main.command()
def worker() -> None:
    """Deliver messages, seal the log, move duties on. Run one or more beside gunicorn; SIGTERM stops it."""
    from portal.jobs import run_worker

    run_worker(_app(_settings()))


@main.command()
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day that stands for the article's 2023-09-17 (default: today).",
)
@click.option("--seed", type=int, default=DEMO_SEED, show_default=True, help="The same seed makes the same people.")
def demo(as_of: datetime | None, seed: int) -> None:
    """Load the Lanshan demo into an empty database: 926 volunteers, 500+ files, about 430 running pairs.

    Refuses a database that holds anything, and refuses production.
    """
    config = _settings(PORTAL_DEMO="1")
    from portal.demo.load import load
    from portal.kernel.clock import today
    from portal.kernel.errors import DomainError

    _bring_up_to_date(config)
    try:
        counts = load(_app(config), as_of=as_of.date() if as_of else today(), seed=seed)
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    for name, number in counts.items():
        click.echo(f"{number:>8}  {name}")


@main.command()
def migrate() -> None:
    """Bring the database to this version of the tables (Alembic). Harmless when it is there already."""
    from portal.migrate import upgrade

    upgrade(_settings().database_url)
    click.echo("The database is up to date.")


@main.command()
def doctor() -> None:
    """Check that this installation is fit to hold real data; says what to mend and exits with 1 when it is not.

    Looks at settings, database, migrations, demo mode, the log's chain, the worker and the first administrator.
    """
    from portal.doctor import examine

    try:
        config = from_environment(os.environ)
    except UnsafeSetting as error:
        for line in str(error).splitlines():
            click.echo(f"unfit  {line}")
        raise SystemExit(1) from None
    found = examine(config)
    for line, fit in found:
        click.echo(f"{'ok    ' if fit else 'unfit '} {line}")
    raise SystemExit(0 if all(fit for _line, fit in found) else 1)


@main.command()
@click.argument("name")
@click.option("--email", default="", help="Mail address to invite.")
@click.option("--phone", default="", help="Mobile number to invite.")
@click.option(
    "--role", "roles", multiple=True, default=("admin",), show_default=True, help="Role; may be given several times."
)
@click.option("--region", default="", help="Code of the region (default: the top one).")
def invite(name: str, email: str, phone: str, roles: tuple[str, ...], region: str) -> None:
    """Make an account for NAME and print its invitation link (valid for 14 days).

    This is how the first administrator comes in.
    """
    from sqlalchemy import select

    from portal.access.operations import invite as send
    from portal.kernel.actor import SYSTEM, Role
    from portal.kernel.clock import now
    from portal.kernel.db import db
    from portal.kernel.errors import DomainError
    from portal.places.models import Region

    if not email and not phone:
        raise click.UsageError("Give --email or --phone.")
    try:
        wanted = [Role(r) for r in roles]
    except ValueError as error:
        raise click.UsageError(f"No such role: {error}. Roles: {', '.join(Role)}") from error
    app = _app(_settings())
    with app.app_context():
        where = (
            select(Region).where(Region.code == region) if region else select(Region).where(Region.parent_id.is_(None))
        )
        place = db.session.scalar(where.order_by(Region.id).limit(1))
        if place is None:
            raise click.ClickException(
                "There is no such region. Bring the region tree in first: portal regions FILE.csv"
            )
        try:
            _account, token = send(
                name=name, email=email, phone=phone, roles=wanted, region_path=place.path, actor=SYSTEM, now=now()
            )
        except DomainError as error:
            raise click.ClickException(str(error)) from error
        db.session.commit()
    click.echo(f"{app.portal_config.public_url}/invitations/{token}")


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def regions(file: Path) -> None:
    """Read a region tree from a CSV FILE (code, name, name_en, level, parent). Nothing is taken away."""
    from portal.kernel.actor import SYSTEM
    from portal.kernel.clock import now
    from portal.kernel.db import db
    from portal.kernel.errors import DomainError
    from portal.places.operations import import_regions

    app = _app(_settings())
    with app.app_context():
        try:
            added, changed = import_regions(file.read_text(encoding="utf-8-sig"), actor=SYSTEM, now=now())
        except DomainError as error:
            raise click.ClickException(str(error)) from error
        db.session.commit()
    click.echo(f"{added} new, {changed} changed")


@main.group()
def audit() -> None:
    """The log of who did and saw what."""


@audit.command("verify")
@click.option("--anchor", default="", help="SEQ:HASH kept outside, by which a cut-off end is found too.")
def audit_verify(anchor: str) -> None:
    """Walk the chain over the whole log; name the first row that was changed, moved or taken away, and exit with 1."""
    from portal.audit.chain import verify
    from portal.kernel.clock import now

    kept = None
    if anchor:
        seq, _sep, value = anchor.partition(":")
        if not seq.isdigit() or len(value) != 64:
            raise click.UsageError("An anchor looks like 1234:64 hexadecimal places.")
        kept = (int(seq), value)
    app = _app(_settings())
    with app.app_context():
        verdict = verify(now=now(), anchor=kept)
    click.echo(f"{verdict.rows} rows sealed, {verdict.unsealed_late} unsealed for more than a minute")
    if verdict.broken_ref:
        click.echo(f"BROKEN at {verdict.broken_ref}: {verdict.problem}")
    raise SystemExit(0 if verdict.sound else 1)


@main.command()
def keys() -> None:
    """Print fresh random keys for the environment of a new installation."""
    from portal.config import new_keys

    for name, value in new_keys().items():
        click.echo(f"{name}={value}")


if __name__ == "__main__":
    main()
