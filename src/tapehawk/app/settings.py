"""One settings object for the whole house: every value, its bounds, and where it came from.

    built in  <  settings file  <  environment  <  command line

The file is the one that SCANNER_CONFIG names, else ./scanner.toml or ./scanner.json, else the same names in the user's
configuration folder. Any key has an environment name: SCANNER__BREAKOUT__MIN_PRICE is `min_price` of `[breakout]`,
SCANNER__PROVIDERS__POLYGON__PLAN is `plan` of `[providers.polygon]`.
`breakout` and `crp` take what their own section does not say from `[default]`.

A name or value that can't be used is an error that says where it stands. The sections of the house are checked as soon
as settings are loaded, a scanner's or provider's when it is asked for: that imports it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Final, TypeVar

from pydantic import BaseModel

from tapehawk.app import places
from tapehawk.app.checking import Setting, checked, from_text, to_written
from tapehawk.app.environment import OF_A_PROVIDER, named_by, short_names, variables
from tapehawk.app.sections import (
    SECTIONS,
    Api,
    Cli,
    Default,
    Notifications,
    Providers,
    RecordsSection,
    RiskSection,
    Section,
    Sessions,
    Storage,
    Streaming,
    Streamlit,
)
from tapehawk.app.settings_file import SettingsFile, read_settings_file
from tapehawk.core.errors import BadInput, UnknownName
from tapehawk.data.providers.registry import config_type, provider_names

TAKES_DEFAULTS: Final = ("breakout", "crp")
BUILT_IN: Final = "built in"
NOT_SAVED: Final = "not saved yet"

Given = Mapping[str, Setting]
Changes = Mapping[str, Mapping[str, object]]
T = TypeVar("T", bound=Section)


def settings(file: Path | None = None, *, environment: Mapping[str, str] | None = None) -> Settings:
    """Load the settings; `file` goes before other places. Raises BadInput for a file or value that can't be used."""
    environment = os.environ if environment is None else environment
    named = file or (Path(environment["SCANNER_CONFIG"]) if environment.get("SCANNER_CONFIG") else None)
    if named is not None and not named.exists():
        asked = "--config-file" if file else "SCANNER_CONFIG"
        raise BadInput(f"there is no settings file {named} ({asked})", hint="`scanner config set` writes one")
    return settings_at(named or found_file(environment), environment)


def found_file(environment: Mapping[str, str]) -> Path:
    """Return the settings file that is there, else where one would be written."""
    if environment.get("SCANNER_CONFIG"):
        return Path(environment["SCANNER_CONFIG"])
    looked = places.settings_files(environment, Path())
    return next((path for path in looked if path.is_file()), places.config_folder(environment) / places.FILE_NAMES[0])


def settings_at(path: Path, environment: Mapping[str, str]) -> Settings:
    """Load the settings with this file, which may not exist yet."""
    loaded = Settings(read_settings_file(path), environment)
    loaded.check()
    return loaded


@dataclass(frozen=True)
class Settings:
    """Every setting, as section and key. To change is to make another: `update` returns it, `save` writes it.

    >>> settings().update("breakout", min_price=100).save()
    """

    file: SettingsFile
    environment: Mapping[str, str]
    changes: Changes = field(default_factory=dict)

    def sections(self) -> list[str]:
        """List the sections: those of the house, then one for each provider and each scanner."""
        from tapehawk.catalog import scanner_names

        providers = [OF_A_PROVIDER + name for name in provider_names()]
        return [*SECTIONS, *providers, *(name for name in scanner_names(self.scanners) if name not in SECTIONS)]

    def model(self, section: str) -> type[BaseModel]:
        """Return what declares a section's keys: for a scanner, the scanner; for a provider, its config."""
        if section in SECTIONS:
            return SECTIONS[section]
        self._known(section)
        if section.startswith(OF_A_PROVIDER):
            return config_type(section.removeprefix(OF_A_PROVIDER))
        from tapehawk.catalog import scanner_type

        return scanner_type(section, self.scanners)

    def get(self, section: str, key: str) -> object:
        """Return a value. Raises UnknownName for a section or key that does not exist."""
        return self.setting(section, key).value

    def setting(self, section: str, key: str) -> Setting:
        """Return a value with where it came from."""
        found = self.section(section)
        if key not in found:
            raise UnknownName("setting", key, found, place=f"section [{section}]")
        return found[key]

    def section(self, name: str) -> dict[str, Setting]:
        """Return a section's values, each with where it came from."""
        given = self.given(name)
        values = checked(self.model(name), name, given)
        return {key: Setting(getattr(values, key), self._origin(given, key)) for key in type(values).model_fields}

    def parameters(self, scanner: str) -> dict[str, object]:
        """Return what the settings say about a scanner's parameters, checked; what is built in is left out."""
        given = self.given(scanner)
        values = checked(self.model(scanner), scanner, given)
        return {key: getattr(values, key) for key in given}

    def given(self, section: str) -> dict[str, Setting]:
        """Return what is said about a section outside the program, unchecked."""
        model = self.model(section)
        inherited = self._from_default(model) if section in TAKES_DEFAULTS else {}
        return {**inherited, **self._from_file(section), **self._from_environment(section, model)}

    def update(self, section: str, **values: object) -> Settings:
        """Return settings with other values, checked. Raises UnknownName or OutOfBounds."""
        return self._changed(section, values)

    def reset(self, section: str, *keys: str) -> Settings:
        """Return settings without what the file says about these keys, or about the whole section."""
        for key in keys:
            self.setting(section, key)
        return self._changed(section, dict.fromkeys(keys or self.section(section)))

    def save(self) -> Path:
        """Write the changes into the settings file, leaving the rest of it as it is; return the file."""
        from tapehawk.app.settings_writing import write_settings

        write_settings(self.file, self.changes)
        return self.file.path

    def check(self) -> None:
        """Raise for a section, a key or a value that can't be used (scanners' own keys: see `section`)."""
        for name in self.file.sections:
            self._known(name, self.file.place(name))
        for name in variables(self.environment):
            self._named(name)
        for name in SECTIONS:
            checked(SECTIONS[name], name, self.given(name))

    @cached_property
    def default(self) -> Default:
        """What scanners share, and how long answers are kept."""
        return self._typed("default", Default)

    @cached_property
    def cli(self) -> Cli:
        """The command line's section."""
        return self._typed("cli", Cli)

    @cached_property
    def api(self) -> Api:
        """The HTTP service's section."""
        return self._typed("api", Api)

    @property
    def redis_url(self) -> str:
        """The address of the bus between processes, with its password; empty where there is none."""
        return self.storage.redis_url.get_secret_value()

    @cached_property
    def storage(self) -> Storage:
        """Where bars and records are."""
        return self._typed("storage", Storage)

    @cached_property
    def notifications(self) -> Notifications:
        """How users are told."""
        return self._typed("notifications", Notifications)

    @cached_property
    def records(self) -> RecordsSection:
        """How long what is over stays on record."""
        return self._typed("records", RecordsSection)

    @cached_property
    def risk(self) -> RiskSection:
        """The account that signals are sized for."""
        return self._typed("risk", RiskSection)

    @cached_property
    def phases(self) -> Sessions:
        """What happens in each phase of the trading day."""
        return self._typed("sessions", Sessions)

    @cached_property
    def streaming(self) -> Streaming:
        """Live scanning, and scanning again and again."""
        return self._typed("streaming", Streaming)

    @cached_property
    def streamlit(self) -> Streamlit:
        """The dashboard."""
        return self._typed("streamlit", Streamlit)

    @cached_property
    def providers(self) -> Providers:
        """Whose bars answer."""
        return self._typed("providers", Providers)

    def provider(self, name: str) -> BaseModel:
        """Return what a provider is told, its keys among it. Raises UnknownName."""
        if name not in provider_names():
            raise UnknownName("provider", name, provider_names())
        section = OF_A_PROVIDER + name
        return checked(self.model(section), section, self.given(section))

    @property
    def scanners(self) -> Path:
        """The folder of the user's own scanners, which may not exist."""
        return places.scanners_folder(self.environment)

    @property
    def store(self) -> Path:
        """The bar store's folder."""
        named = self.storage.data_dir
        return Path(named).expanduser() if named else places.data_folder(self.environment)

    @property
    def results(self) -> Path:
        """The folder that results are saved in."""
        return Path(self.cli.results_directory).expanduser()

    def _known(self, section: str, place: str = "settings") -> None:
        """Raise UnknownName unless there is such a section."""
        if section not in SECTIONS and section not in self._all_sections:
            raise UnknownName("section", section, self._all_sections, place=place)

    @cached_property
    def _all_sections(self) -> frozenset[str]:
        """Every section's name: finding the plug-ins takes a while, and an environment may name hundreds of keys."""
        return frozenset(self.sections())

    def _typed(self, name: str, model: type[T]) -> T:
        return checked(model, name, self.given(name))

    def _origin(self, given: Given, key: str) -> str:
        return given[key].origin if key in given else BUILT_IN

    def _changed(self, section: str, values: Mapping[str, object]) -> Settings:
        put = {key: Setting(value, NOT_SAVED) for key, value in values.items() if value is not None}
        typed = checked(self.model(section), section, {**self.given(section), **put})
        plain = {key: to_written(getattr(typed, key)) if key in put else None for key in values}
        return replace(self, changes={**self.changes, section: {**self.changes.get(section, {}), **plain}})

    def _from_default(self, model: type[BaseModel]) -> dict[str, Setting]:
        defaults = self.section("default")
        return {
            key: Setting(one.value, f"[default], {one.origin}")
            for key, one in defaults.items()
            if key in model.model_fields
        }

    def _from_file(self, section: str) -> dict[str, Setting]:
        written = self.file.sections.get(section, {})
        found = {key: Setting(value, self.file.place(section, key)) for key, value in written.items()}
        for key, value in self.changes.get(section, {}).items():
            found.pop(key, None)
            if value is not None:
                found[key] = Setting(value, NOT_SAVED)
        return found

    def _from_environment(self, section: str, model: type[BaseModel]) -> dict[str, Setting]:
        short = short_names(self.environment)
        long = {name: self._named(name) for name in variables(self.environment)}
        return {
            key: Setting(from_text(model, key, self.environment[name]), f"environment, {name}")
            for name, (of, key) in {**short, **long}.items()
            if of == section
        }

    def _named(self, variable: str) -> tuple[str, str]:
        """Return the section and key that an environment name says."""
        section, key = named_by(variable)
        self._known(section, f"environment, {variable}")
        return section, key
