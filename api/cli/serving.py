"""`serve`: the HTTP server of one or several schools."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import msgspec

from api.app import create_app
from api.auth import Identity
from api.cli.console import Console, Exit
from api.founding import init_school, open_accounts
from api.logs import set_up_logs
from api.schools import OpenSchool, Registry, open_school
from api.server import Server, listen
from api.settings import Layout, SchoolFile, SettingsError
from api.warming import Warming
from ledger.durable import create_file

SAMPLE_SEED = 2026
SAMPLE_ORIGIN = "letopis.example/school/sample"


def run_serve(console: Console, folders: list[Path], host: str, port: int, *, sample: bool) -> int:
    """Serve until interrupted, which is how a server ends well."""
    set_up_logs()
    with ExitStack() as stack:
        bound = listen(host, port)
        stack.callback(bound.close)
        port = bound.getsockname()[1]
        if sample:
            for folder in folders:
                make_sample(console, folder)
        schools = [stack.enter_context(open_school(folder)) for folder in folders]
        for school in schools:
            school.secrets.logins()  # a store that cannot be opened is told now, not to the first who signs in
        registry = make_registry(schools)
        server = Server(create_app(registry), registry.closing)
        base = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        for school in schools:
            _introduce(console, school, base)
        console.say("Остановить / stop: Ctrl+C")
        if console.as_json:
            console.result({"url": base, "schools": [_described(school, base) for school in schools]})
        with Warming(schools):
            server.run(sockets=[bound])
        console.say("Остановлено. / Stopped.")
    return Exit.DONE


def make_registry(schools: list[OpenSchool]) -> Registry:
    """The schools of one server.

    Raises:
        SettingsError: two of them have one code.
    """
    codes = [school.code for school in schools]
    if len(set(codes)) < len(codes):
        raise SettingsError(
            "--var: у двух школ один код, последняя часть имени / two schools have one code, their origins' last part"
        )
    return Registry(schools)


def make_sample(console: Console, var: Path) -> None:
    """Make a sample school in an empty folder; one that is there is left as it is."""
    from api.cli.sampling import finish_sample
    from api.sample import SampleSchool, load_through_application

    layout = Layout(var)
    school = SampleSchool(SAMPLE_SEED, "demo", origin=SAMPLE_ORIGIN)
    roster = school.roster()
    teacher = next(person for group in roster.teachers.values() for person in group)
    identities = [
        Identity(roster.administrator.id, "administrator", "sample", "Администратор / administrator"),
        Identity(roster.deputy.id, "deputy", "sample", "Завуч / deputy head"),
        Identity(teacher.id, "teacher", "sample", "Учитель / teacher"),
        Identity("00000000-0000-4000-8000-00000000001c", "inspector", "sample", "Инспектор / inspector"),
    ]
    if not layout.school_file.exists():
        file = SchoolFile(origin=SAMPLE_ORIGIN, code="sample", clock="sample")
        _, tokens = init_school(layout, file, identities)
        # Nobody in a sample school is real: its sign-ins may be read again.
        shown = {token: identity.label for token, identity in tokens.items()}
        create_file(_sign_ins(layout), msgspec.json.encode(shown))
    with open_school(var, background=False) as opened:
        if opened.recorder.checkpoint() is not None:
            return  # it is signed when it is whole; one that was interrupted goes on
        console.say("Загружается выдуманная школа… / loading the sample school…")
        with console.progress("записей / entries", None) as progress:
            load_through_application(opened.app, opened.vault, school, progress=progress)
        open_accounts(opened.app, opened.vault, identities, opened.confidentiality.sha256)
        finish_sample(opened)
        opened.checkpointer.sign()
        opened.views.catch_up(opened.recorder)


def _sign_ins(layout: Layout) -> Path:
    return layout.var / "sample-sign-ins.json"


def _shown_sign_ins(layout: Layout) -> dict[str, str]:
    """Token -> label of a sample school; a real school's tokens were shown once, when they were made."""
    file = _sign_ins(layout)
    return msgspec.json.decode(file.read_bytes(), type=dict[str, str]) if file.exists() else {}


def _described(school: OpenSchool, base: str) -> dict[str, object]:
    """A served school, for programs."""
    sign_ins = [{"label": label, "token": token} for token, label in _shown_sign_ins(school.layout).items()]
    return {"code": school.code, "url": f"{base}/v1/schools/{school.code}", "sign_ins": sign_ins}


def _introduce(console: Console, school: OpenSchool, base: str) -> None:
    """A served school, for people."""
    place = f"{base}/v1/schools/{school.code}"
    console.say(f"Летопись / Letopis: {base}/docs   школа / school: {place}/log/checkpoint")
    sign_ins = _shown_sign_ins(school.layout)
    if sign_ins:
        console.say("Ключи входа выдуманной школы / sign-ins of the sample school:")
        for token, label in sign_ins.items():
            console.say(f"    {label}: {token}")
        console.say("Попробуйте / try:")
        console.say(f"    curl -H 'Authorization: Bearer {next(iter(sign_ins))}' {place}/classes")
