"""Bringing the front-end files up to date takes away nothing that somebody else put beside them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import vendor


def test_the_boundaries_of_the_map_survive_new_front_end_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target, modules = tmp_path / "vendor", tmp_path / "node_modules"
    (target / "boundaries").mkdir(parents=True)
    (target / "boundaries" / "prefectures.geojson").write_text("{}", "utf-8")
    (target / "leaflet").mkdir()
    (target / "leaflet" / "old.js").write_text("old", "utf-8")
    for package, files in vendor.FILES.items():
        for source in files:
            file = modules / package / source
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("new", "utf-8")
    monkeypatch.setattr(vendor, "TARGET", target)
    vendor.copy_files(modules)
    assert (target / "boundaries" / "prefectures.geojson").is_file()
    assert (target / "leaflet" / "leaflet.js").read_text("utf-8") == "new"
    assert not (target / "leaflet" / "old.js").exists()
