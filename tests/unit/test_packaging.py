"""Set-up: what can be shown of it without a bare machine."""

import importlib.util
from pathlib import Path

import pytest

PACKAGING = Path(__file__).parents[2] / "packaging"


def script(name):
    spec = importlib.util.spec_from_file_location(f"packaging_{name}", PACKAGING / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


dev = script("dev")
translations = script("translations")


@pytest.mark.parametrize("lock", [dev.LOCK, dev.UV_LOCK], ids=lambda path: path.name)
def test_a_lock_names_versions_and_hashes_and_no_place(lock):
    lines = [line.strip() for line in lock.read_text(encoding="utf-8").splitlines()]
    lines = [line for line in lines if not line.startswith("#")]
    assert lines
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        assert "://" not in line
        if not line.startswith("--hash=sha256:"):
            assert "==" in line
            assert following.startswith("--hash=sha256:")


def test_uv_takes_packages_from_where_pip_does(tmp_path):
    settings = dev.index_settings(
        {
            "index-url": "https://mirror.example/simple",
            "extra-index-url": "https://a.example/simple\nhttps://b.example/simple",
            "cert": "ca.pem",
            "find-links": f"{tmp_path} {tmp_path}/not-there https://c.example/wheels",
        }
    )
    assert settings["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
    assert settings["UV_INDEX"] == "https://a.example/simple https://b.example/simple"
    assert settings["SSL_CERT_FILE"] == "ca.pem"
    assert settings["UV_FIND_LINKS"] == f"{tmp_path},https://c.example/wheels"
    assert "UV_NO_INDEX" not in settings


def test_a_debian_package_may_be_provided_by_another(monkeypatch):
    listing = "".join(
        f"installed|{name}, {provided}\n"
        for name, provided in [("libglib2.0-0t64", "libglib2.0-0 (= 2.84)"), ("libegl1", "")]
    )
    monkeypatch.setattr(dev, "ask", lambda *_: f"{listing}config-files|xvfb, \n")
    monkeypatch.setattr(dev, "lacks_venv", lambda: False)
    missing = dev.missing_debian_packages()
    assert "xvfb" in missing
    assert not {"libglib2.0-0", "libegl1"} & set(missing)


def test_placeholders_of_a_translation_are_compared(tmp_path):
    file = tmp_path / "a.ts"
    file.write_text(
        "<TS><context>"
        "<message><source>%1 of {total}</source><translation>{total}/%1</translation></message>"
        "<message><source>Hello %1</source><translation>你好</translation></message>"
        '<message numerus="yes"><source>%n days</source>'
        "<translation><numerusform>%n 天</numerusform></translation></message>"
        '<message><source>Lock</source><translation type="unfinished"/></message>'
        "</context></TS>",
        encoding="utf-8",
    )
    assert list(translations.faults(file)) == [
        "other placeholders in '你好' than in 'Hello %1'",
        "no translation of 'Lock'",
    ]
