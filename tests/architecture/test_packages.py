"""The package list of setup.cfg is what lies on disk, and everything in it ships.

Two packages are mapped from folders beside ``scheduler``, which no automatic search can see;
so the list is written by hand, and this compares it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from configparser import ConfigParser
from pathlib import Path

from tests.architecture.source import CHECKOUT, PACKAGE, imports, read_package

MAPPED = {"scheduler.templates": "templates", "scheduler.static": "static"}

# Import names that differ from the name in the package index.
INDEX_NAME_BY_IMPORT = {
    "dkim": "dkimpy",
    "flask_migrate": "flask-migrate",
    "flask_sqlalchemy": "flask-sqlalchemy",
    "flask_babel": "flask-babel",
    "flask_wtf": "flask-wtf",
    "prometheus_client": "prometheus-client",
    "email_validator": "email-validator",
    "recurring_ical_events": "recurring-ical-events",
}

# Packages that a listed one brings, as a part of what it promises.
BROUGHT = {"werkzeug": "flask", "jinja2": "flask", "click": "flask", "markupsafe": "flask"}


def test_listed_packages_are_the_folders_on_disk() -> None:
    assert listed_packages() == packages_on_disk()


def test_mapped_folders_are_where_the_list_says() -> None:
    assert mapped_folders() == {"scheduler": "scheduler", **MAPPED}


def test_every_file_beside_the_code_is_packaged() -> None:
    assert sorted(files_beside_the_code() - packaged_files()) == []


def test_every_outside_package_in_use_is_a_listed_dependency() -> None:
    modules = read_package(PACKAGE)
    known = frozenset(module.name for module in modules)
    used = {found.target for module in modules for found in imports(module, known)}
    assert {index_name(target) for target in used if is_outside(target)} <= listed_dependencies()


def listed_packages() -> frozenset[str]:
    return frozenset(settings()["options"]["packages"].split())


def packages_on_disk() -> frozenset[str]:
    folders = {file.parent.relative_to(CHECKOUT) for file in PACKAGE.rglob("*.py")}
    return frozenset(".".join(folder.parts) for folder in folders) | MAPPED.keys()


def mapped_folders() -> Mapping[str, str]:
    lines = settings()["options"]["package_dir"].strip().splitlines()
    return {name.strip(): folder.strip() for name, _, folder in (x.partition("=") for x in lines)}


def packaged_files() -> frozenset[Path]:
    return frozenset(
        path
        for package, patterns in settings()["options.package_data"].items()
        for pattern in re.split(r"[,\s]+", patterns.strip())
        for path in (CHECKOUT / MAPPED.get(package, package.replace(".", "/"))).glob(pattern)
    )


def files_beside_the_code() -> frozenset[Path]:
    return frozenset(
        path
        for folder in ("scheduler", *MAPPED.values())
        for path in (CHECKOUT / folder).rglob("*")
        if path.is_file() and path.suffix not in {".py", ".pyc"}
    )


def is_outside(target: str) -> bool:
    return target.partition(".")[0] not in sys.stdlib_module_names | {"scheduler"}


def index_name(target: str) -> str:
    package = target.partition(".")[0]
    return BROUGHT.get(package) or INDEX_NAME_BY_IMPORT.get(package, package)


def listed_dependencies() -> frozenset[str]:
    config = settings()
    required = config["options"]["install_requires"]
    extras = config["options.extras_require"]
    listed = (required, extras["postgres"], extras["dkim"])
    return frozenset(re.split(r"[\[<>=]", line)[0].lower() for line in "\n".join(listed).split())


def settings() -> ConfigParser:
    config = ConfigParser()
    config.optionxform = str  # type: ignore[assignment,method-assign]
    config.read(CHECKOUT / "setup.cfg", encoding="utf-8")
    return config
