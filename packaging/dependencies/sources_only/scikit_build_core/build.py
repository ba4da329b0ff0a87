"""Answers pip in the place of imgui-bundle's build backend.

Before pip keeps a source archive it asks the archive's build backend (scikit_build_core.build) for the package's
metadata. We only want the sources; with this folder on PYTHONPATH pip is told a name and a version, nothing that is
inside the archive runs, and neither scikit-build-core nor nanobind need to be fetched and pinned.
"""

import pathlib
import re


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    project = pathlib.Path("pyproject.toml").read_text(encoding="utf-8")
    name, version = (re.search(rf'^{key}\s*=\s*"([^"]+)"', project, re.M).group(1) for key in ("name", "version"))
    folder = pathlib.Path(metadata_directory, f"{name.replace('-', '_')}-{version}.dist-info")
    folder.mkdir()
    folder.joinpath("METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8")
    return folder.name


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    raise RuntimeError("only the sources are wanted: use pip download")
