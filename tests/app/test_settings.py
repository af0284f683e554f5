"""Settings: where a value comes from, what is refused and how, and what a change leaves alone."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tapehawk.app.environment import SECRET_NAMES, SHORT_NAMES
from tapehawk.app.sections import SECTIONS, is_unused
from tapehawk.app.settings import Settings, settings
from tapehawk.core.errors import BadInput, OutOfBounds, UnknownName
from tapehawk.scanners.breakout import Breakout

ROOT = Path(__file__).parents[2]


def load(tmp_path: Path, text: str = "", *, name: str = "scanner.toml", **environment: str) -> Settings:
    """Load settings from a file with this text and an environment with these names."""
    file = tmp_path / name
    file.write_text(text)
    return settings(file, environment=environment)


# ------------------------------------------------------------------------------------------------ values


def test_without_a_file_every_value_is_built_in_and_as_published():
    built_in = settings(environment={})
    published = {
        "default": {"min_price": 50, "max_price": 2000, "max_results_per_day": 3, "min_probability_score": 10.0},
        "streaming": {"interval_seconds": 30, "max_concurrent_scans": 3},
        "api": {"host": "localhost", "port": 8000, "max_batch_size": 10},
        "cli": {"default_format": "table", "auto_save_results": True, "results_directory": "scanner_results"},
        "streamlit": {"theme": "light", "max_chart_points": 1000, "default_scanner": "breakout"},
        "risk": {"account_size": 100_000, "per_trade": 0.01},
    }
    for section, values in published.items():
        for key, value in values.items():
            found = built_in.setting(section, key)
            assert (found.value, found.origin) == (value, "built in"), (section, key)


@pytest.mark.parametrize("section", settings(environment={}).sections())
def test_every_section_can_be_read_and_says_where_its_values_come_from(section):
    assert all(one.origin for one in settings(environment={}).section(section).values())


def test_the_file_goes_before_what_is_built_in_the_environment_before_the_file(tmp_path):
    known = load(
        tmp_path, "[risk]\naccount_size = 1\nper_trade = 0.02\n", SCANNER__RISK__ACCOUNT_SIZE="2", OTHER="ignored"
    )
    assert known.setting("risk", "per_trade").value == 0.02
    assert known.setting("risk", "per_trade").origin == f"{tmp_path / 'scanner.toml'}, line 3"
    assert known.setting("risk", "account_size").value == 2
    assert known.setting("risk", "account_size").origin == "environment, SCANNER__RISK__ACCOUNT_SIZE"


TWO_VALUES = {
    "port": ("81", "82"),
    "workers": ("2", "3"),
    "reload": ("True", "False"),
    "log_level": ("debug", "error"),
    "max_concurrent_scans": ("4", "5"),
    "scan_timeout_minutes": ("4.0", "5.0"),
}


@pytest.mark.parametrize("name", SHORT_NAMES)
def test_a_short_environment_name_is_another_name_of_its_setting_and_the_long_one_goes_before(name):
    section, key = SHORT_NAMES[name]
    value, other = TWO_VALUES.get(key, ("here", "there"))
    assert str(settings(environment={name: value}).get(section, key)) == value
    both = {name: value, f"SCANNER__{section}__{key}".upper(): other}
    assert str(settings(environment=both).get(section, key)) == other


def test_breakout_takes_from_default_what_its_own_section_does_not_say_and_other_scanners_do_not(tmp_path):
    known = load(tmp_path, "[default]\nmin_price = 7\nconsolidation_period = 9\n[breakout]\nconsolidation_period = 4\n")
    assert known.get("breakout", "min_price") == 7
    assert known.get("crp", "min_price") == 7
    assert known.get("breakout", "consolidation_period") == 4
    assert known.get("inside_bar", "min_price") == 5
    assert known.setting("breakout", "min_price").origin == f"[default], {tmp_path / 'scanner.toml'}, line 2"


def test_a_json_file_says_the_same(tmp_path):
    known = load(tmp_path, '{\n "risk": {\n  "account_size": 9\n }\n}', name="scanner.json")
    assert known.setting("risk", "account_size").value == 9
    assert known.setting("risk", "account_size").origin == f"{tmp_path / 'scanner.json'}, line 3"


def test_a_file_is_found_by_its_variable_then_here_then_in_the_users_folder(tmp_path):
    named, users = tmp_path / "named.toml", tmp_path / "config" / "tapehawk"
    users.mkdir(parents=True)
    places = [named, *(folder / name for folder in (tmp_path, users) for name in ("scanner.toml", "scanner.json"))]
    for port, place in enumerate(places, start=1):
        place.write_text(f'{{"api": {{"port": {port}}}}}' if place.suffix == ".json" else f"[api]\nport = {port}\n")
    environment = {**home(tmp_path), "SCANNER_CONFIG": str(named)}
    found = []
    for place in places:
        found.append(settings(environment=environment).api.port)
        place.unlink()
        environment = home(tmp_path)
    assert found == [1, 2, 3, 4, 5]


def home(tmp_path: Path) -> dict[str, str]:
    """Return the environment of a user whose folders are in `tmp_path`."""
    return {"XDG_CONFIG_HOME": str(tmp_path / "config"), "XDG_DATA_HOME": str(tmp_path / "data")}


# ---------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("text", "kind", "said", "hint"),
    [
        ("[breakot]\nmin_price = 1\n", UnknownName, "unknown section 'breakot'", "'breakout'"),
        ("\n[api]\n\nporrt = 1\n", UnknownName, "scanner.toml, line 4", "'port'"),
        ("[api]\nport = 0\n", OutOfBounds, "port = 0 in section [api]", "at least 1, at most 65,535"),
        ("[api]\nport = 'x'\n", BadInput, "scanner.toml, line 2", "port to listen on"),
        ("[cli]\ndefault_format = 'tabel'\n", OutOfBounds, "'tabel'", "one of table, json, csv"),
        ("port = 1\n", BadInput, "'port'", "stand in sections"),
        ("[api\nport = 1\n", BadInput, "is not TOML", "line 1"),
        ("api.port = 0\n", OutOfBounds, "line 1", ""),
        ("risk = { per_trade = 2 }\n", OutOfBounds, "line 1", "at most 1"),
    ],
)
def test_what_cannot_be_used_is_an_error_that_says_where_it_stands_and_what_is_valid(tmp_path, text, kind, said, hint):
    with pytest.raises(kind) as caught:
        load(tmp_path, text)
    whole = f"{caught.value.message} {caught.value.hint}"
    assert said in whole
    assert hint in whole


def test_a_scanners_own_keys_are_checked_when_that_scanner_is_asked(tmp_path):
    known = load(tmp_path, "[inside_bar]\nmin_prize = 1\n\n[breakout]\nmin_price = -1\n")
    with pytest.raises(UnknownName, match=r"'min_prize' \(section \[inside_bar\], .*line 2\)"):
        known.section("inside_bar")
    with pytest.raises(OutOfBounds, match=r"min_price = -1 in section \[breakout\] can't be used \(.*line 5\)"):
        known.section("breakout")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("SCANNER__API__PORRT", "did you mean 'port'"),
        ("SCANNER__RISC__PER_TRADE", "did you mean 'risk'"),
        ("SCANNER__PORT", "names no setting"),
        ("SCANNER__API__PORT__X", "names no setting"),
    ],
)
def test_an_environment_name_that_names_no_setting_is_an_error(name, said):
    with pytest.raises(BadInput) as caught:
        settings(environment={name: "1"})
    assert name in caught.value.message
    assert said in caught.value.message + caught.value.hint


@pytest.mark.parametrize("content", [b"\xff\xfe", b"[1, 2]", b'{"api": 3}', b"{"])
def test_a_json_file_that_is_none_is_bad_input(tmp_path, content):
    (tmp_path / "scanner.json").write_bytes(content)
    with pytest.raises(BadInput, match=r"scanner\.json"):
        settings(tmp_path / "scanner.json", environment={})


def test_a_named_file_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(BadInput, match=r"no settings file .*gone\.toml \(SCANNER_CONFIG\)"):
        settings(environment={"SCANNER_CONFIG": str(tmp_path / "gone.toml")})


@given(st.text(max_size=60))
def test_no_file_content_escapes_as_anything_but_bad_input(tmp_path_factory, text):
    file = tmp_path_factory.mktemp("any") / "scanner.toml"
    file.write_text(text, encoding="utf-8", errors="replace")
    try:
        settings(file, environment={})
    except BadInput:
        return


# ----------------------------------------------------------------------------------------------- changes


def test_a_change_is_written_and_the_rest_of_the_file_stays(tmp_path):
    text = "# mine\n[api]\nport = 9000  # home\n\n[risk]\naccount_size = 5\n"
    load(tmp_path, text).update("api", host="house").update("breakout", min_price="7").save()
    written = (tmp_path / "scanner.toml").read_text()
    assert written.startswith("# mine\n[api]\nport = 9000  # home\n")
    assert tomllib.loads(written) == {
        "api": {"port": 9000, "host": "house"},
        "risk": {"account_size": 5},
        "breakout": {"min_price": 7},
    }
    assert settings(tmp_path / "scanner.toml", environment={}).get("breakout", "min_price") == 7


def test_reset_removes_keys_or_a_whole_section_from_the_file(tmp_path):
    known = load(tmp_path, '{"api": {"port": 1, "host": "x"}, "risk": {"account_size": 5}}', name="scanner.json")
    known.reset("api", "port").reset("risk").save()
    assert json.loads((tmp_path / "scanner.json").read_text()) == {"api": {"host": "x"}}


def test_a_change_that_is_out_of_bounds_is_refused_and_nothing_is_written(tmp_path):
    known = load(tmp_path, "[api]\nport = 1\n")
    with pytest.raises(OutOfBounds):
        known.update("api", port=70_000)
    with pytest.raises(UnknownName):
        known.reset("api", "porrt")
    assert (tmp_path / "scanner.toml").read_text() == "[api]\nport = 1\n"


def test_a_change_holds_before_it_is_saved_and_the_first_settings_stay_as_they_were(tmp_path):
    known = load(tmp_path)
    changed = known.update("sessions", closed_scanners=("gap", "crp"))
    assert changed.get("sessions", "closed_scanners") == ("gap", "crp")
    assert changed.setting("sessions", "closed_scanners").origin == "not saved yet"
    assert known.get("sessions", "closed_scanners") == ("daily",)


def test_lists_in_the_environment_are_written_with_commas():
    known = settings(environment={"SCANNER__SESSIONS__CLOSED_SCANNERS": "gap, crp"})
    assert known.get("sessions", "closed_scanners") == ("gap", "crp")


def test_a_file_that_cannot_be_written_is_bad_input_and_leaves_nothing(tmp_path):
    (tmp_path / "folder").write_text("a file where a folder should be")
    file = settings(environment={"XDG_CONFIG_HOME": str(tmp_path / "folder")}).update("api", port=1)
    with pytest.raises(BadInput, match="can't be written"):
        file.save()


# ----------------------------------------------------------------------------------------- documentation


def test_the_example_environment_lists_every_setting_with_its_default():
    listed = dict(
        line.lstrip("#").split("=", 1)
        for line in (ROOT / ".env.example").read_text().splitlines()
        if line.startswith("#SCANNER__")
    )
    for section in SECTIONS:
        for key, one in settings(environment={}).section(section).items():
            name = f"SCANNER__{section}__{key}".upper()
            assert name in listed, name
            assert settings(environment={name: listed[name]}).get(section, key) == one.value, name


# ------------------------------------------------------------------------------------------------ providers

KEY = "k-4f1c9a77-secret"


def test_a_provider_s_settings_are_a_section_within_the_section_of_providers(tmp_path):
    known = load(tmp_path, '[providers]\nprefer_us = "x"\n[providers.polygon]\nplan = "starter"\n')
    assert known.get("providers.polygon", "plan") == "starter"
    assert known.setting("providers.polygon", "plan").origin == f"{tmp_path / 'scanner.toml'}, line 4"
    assert known.provider("polygon").plan == "starter"
    assert known.providers.prefer_us == "x"
    named = load(tmp_path, SCANNER__PROVIDERS__POLYGON__PLAN="advanced")
    assert named.get("providers.polygon", "plan") == "advanced"


def test_a_json_file_holds_a_provider_s_settings_too(tmp_path):
    text = '{\n "providers": {\n  "polygon": {\n   "plan": "starter"\n  }\n }\n}'
    found = load(tmp_path, text, name="scanner.json").setting("providers.polygon", "plan")
    assert (found.value, found.origin) == ("starter", f"{tmp_path / 'scanner.json'}, line 4")


def test_a_provider_s_name_or_key_that_does_not_exist_says_the_nearest(tmp_path):
    with pytest.raises(UnknownName) as caught:
        settings(environment={}).provider("polygn")
    assert caught.value.nearest == ["polygon"]
    with pytest.raises(UnknownName, match="poligon"):
        load(tmp_path, '[providers.poligon]\nplan = "basic"\n')
    with pytest.raises(UnknownName, match=r"plann.*providers\.polygon"):
        load(tmp_path, '[providers.polygon]\nplann = "basic"\n').provider("polygon")


@pytest.mark.parametrize("name", [name for name, (section, _) in SECRET_NAMES.items() if "polygon" in section])
def test_a_key_comes_from_its_own_name_in_the_environment_and_is_never_shown(name):
    section, key = SECRET_NAMES[name]
    known = settings(environment={name: KEY})
    found = known.setting(section, key)
    assert found.value.get_secret_value() == KEY
    assert found.origin == f"environment, {name}"
    assert KEY not in repr((found, known.section(section), known.provider("polygon")))


def test_a_key_that_can_t_be_used_is_not_repeated_in_the_error(tmp_path):
    with pytest.raises(BadInput) as caught:
        load(tmp_path, "[providers.polygon]\napi_key = 44190\n").provider("polygon")
    assert "44190" not in caught.value.message + caught.value.hint


@pytest.mark.parametrize("name", ["scanner.toml", "scanner.json"])
def test_a_provider_s_setting_is_written_where_it_is_read_from(tmp_path, name):
    text = '# mine\n[providers]\nprefer_us = "x"\n' if name.endswith("toml") else '{"providers": {"prefer_us": "x"}}'
    known = load(tmp_path, text, name=name)
    file = known.update("providers.polygon", plan="starter", api_key=KEY).save()
    again = settings(file, environment={})
    assert again.get("providers.polygon", "plan") == "starter"
    assert again.provider("polygon").api_key.get_secret_value() == KEY
    assert again.providers.prefer_us == "x"
    assert settings(again.reset("providers.polygon").save(), environment={}).get("providers.polygon", "plan") == "basic"


# ------------------------------------------------------------------------------------------------ who reads them

DECLARED = {"sections.py", "environment.py"}
SOURCES = {path: path.read_text() for path in (ROOT / "src" / "tapehawk").rglob("*.py") if path.name not in DECLARED}
OF_SCANNERS = set(Breakout.model_fields)  # of `default` by inheritance, see `TAKES_DEFAULTS`


def is_read(section: str, key: str) -> bool:
    """Say whether some code names a setting as section.key or ("section", "key")."""
    named = re.compile(rf"""(\b{section}\.|\.section\("{section}"\)\["|"{section}", "|"{section}", \w+\)\.){key}\b""")
    if section == "sessions":
        return True  # each reaches the rule of its phase: test_phasing.py
    return (section == "default" and key in OF_SCANNERS) or any(named.search(text) for text in SOURCES.values())


@pytest.mark.parametrize("section", SECTIONS)
def test_a_setting_is_read_by_something_or_said_to_be_unused(section):
    for key in SECTIONS[section].model_fields:
        assert is_read(section, key) != is_unused(section, key), f"{section}.{key}"
