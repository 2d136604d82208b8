"""Python, packages within their bounds, codecs, notebooks, a browser, fonts."""

from __future__ import annotations

import platform
import shutil
import sys
from collections import defaultdict
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from charkit.doctor.checkup import Check
from charkit.errors import CharkitError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["media", "notebooks", "packages", "python"]

_MUST_ENCODE = {"libx264": "transitions and drafts", "aac": "the film's sound"}
_MUST_DECODE = {"h264": "most services' clips", "aac": "their sound", "png": "pictures"}
_MAY_DECODE = {"hevc": "clips of telephones", "av1": "clips of some services", "vp9": "WebM clips"}
_MAY_ENCODE = {
    "libx265": "transitions between H.265 clips",
    "prores_ks": "ProRes for editors",
    "dnxhd": "DNxHR for editors",
}
_THIS_PYTHON = {"python", f"python{sys.version_info.major}", "python" + ".".join(map(str, sys.version_info[:2]))}
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
_LETTERS = {
    "English": "Aa",
    "German and French": "ß é",
    "Greek": "Ω",
    "Russian": "Я",
    "Chinese": "光",
    "Japanese": "あ",
}


def python() -> Iterator[Check]:
    """Look at Python's version and at where charkit is installed."""
    version = platform.python_version()
    wanted = str(metadata.metadata("charkit")["Requires-Python"] or "")
    if SpecifierSet(wanted).contains(version, prereleases=True):
        yield Check(area="python", what="Python", state="ok", said=f"{version}, {platform.python_implementation()}")
    else:
        then = f"use a Python {wanted}: make PYTHON=python3.12"
        yield Check(area="python", what="Python", state="fault", said=f"{version}; charkit wants {wanted}", then=then)
    inside = sys.prefix != sys.base_prefix
    yield Check(
        area="python",
        what="environment",
        state="ok" if inside else "note",
        said="a virtual environment" if inside else "the system's own Python",
        then="" if inside else "a virtual environment keeps versions apart: make setup",
    )


def packages() -> Iterator[Check]:
    """Compare every package with the bounds that charkit was tested within."""
    core: list[str] = []
    extras: dict[str, list[str]] = defaultdict(list)
    missing: dict[str, list[str]] = defaultdict(list)
    for text in metadata.requires("charkit") or ():
        wanted = Requirement(text)
        extra = _extra(wanted)
        if (
            extra == "all"
            or wanted.name == "charkit"
            or (wanted.marker and not wanted.marker.evaluate({"extra": extra}))
        ):
            continue
        try:
            version = metadata.version(wanted.name)
        except metadata.PackageNotFoundError:
            missing[extra].append(wanted.name)
            continue
        if wanted.specifier.contains(version, prereleases=True):
            (extras[extra] if extra else core).append(wanted.name)
        else:
            said = f"{version}; charkit is tested with {wanted.specifier}"
            then = f"pip install '{wanted.name}{wanted.specifier}'"
            yield Check(area="packages", what=wanted.name, state="fault", said=said, then=then)
    yield from _core(core, missing.pop("", []))
    for extra in sorted({*extras, *missing}):
        yield _of_extra(extra, extras[extra], missing[extra])


def _extra(wanted: Requirement) -> str:
    """Return the extra that a requirement belongs to; empty for one that is always wanted."""
    _, found, rest = str(wanted.marker or "").partition('extra == "')
    return rest.partition('"')[0] if found else ""


def _core(there: list[str], missing: list[str]) -> Iterator[Check]:
    if missing:
        said = f"not installed: {', '.join(missing)}"
        yield Check(
            area="packages", what="charkit", state="fault", said=said, then="pip install charkit, or: make setup"
        )
    else:
        version = metadata.version("charkit")
        said = f"{version}, its {len(there)} packages within their bounds"
        yield Check(area="packages", what="charkit", state="ok", said=said)


def _of_extra(extra: str, there: list[str], missing: list[str]) -> Check:
    if not missing:
        return Check(area="packages", what=f"[{extra}]", state="ok", said=", ".join(there))
    said = f"not installed: {', '.join(missing)}"
    then = f"if you want it: pip install 'charkit[{extra}]'"
    return Check(area="packages", what=f"[{extra}]", state="note", said=said, then=then)


def media() -> Iterator[Check]:
    """Look at the codecs that PyAV brings along, and at fonts; no ffmpeg program is needed."""
    import av

    version = ".".join(map(str, av.library_versions["libavcodec"]))
    there = {mode: {name for name in av.codecs_available if _has(name, mode)} for mode in ("r", "w")}
    lacking = [f"{n} ({why})" for names, mode in ((_MUST_ENCODE, "w"), (_MUST_DECODE, "r")) for n, why in names.items()
               if n not in there[mode]]  # fmt: skip
    said = f"PyAV {metadata.version('av')}, libavcodec {version}; no ffmpeg program is needed"
    if lacking:
        then = "install PyAV from its wheels: pip install --force-reinstall --only-binary av av"
        yield Check(area="media", what="codecs", state="fault", said=f"missing: {', '.join(lacking)}", then=then)
    else:
        yield Check(area="media", what="codecs", state="ok", said=said)
    less = [f"{n} ({why})" for names, mode in ((_MAY_DECODE, "r"), (_MAY_ENCODE, "w")) for n, why in names.items()
            if n not in there[mode]]  # fmt: skip
    if less:
        yield Check(area="media", what="more codecs", state="note", said=f"not there: {', '.join(less)}")
    yield _fonts()


def _has(name: str, mode: str) -> bool:
    import av

    try:
        av.Codec(name, mode)  # type: ignore[arg-type]  # "r" or "w"
    except (av.codec.codec.UnknownCodecError, ValueError):
        return False
    return True


def _fonts() -> Check:
    from charkit.media.fonts import font_for

    lacking = []
    for script, letters in _LETTERS.items():
        try:
            font_for(letters, 24)
        except CharkitError:
            lacking.append(script)
    if not lacking:
        return Check(area="media", what="fonts", state="ok", said=f"letters for {', '.join(_LETTERS)}")
    then = "only for titles in these scripts: install Google's Noto fonts, or name a font file in the cut list"
    return Check(area="media", what="fonts", state="note", said=f"no letters for {', '.join(lacking)}", then=then)


def notebooks() -> Iterator[Check]:
    """Look at JupyterLab, the kernel that notebooks get, the notebooks themselves, and a browser for their tests."""
    from charkit.batch.notebooks import notebooks_folder

    try:
        said = f"{metadata.version('jupyterlab')}, ipykernel {metadata.version('ipykernel')}"
        yield Check(area="notebooks", what="JupyterLab", state="ok", said=said)
        yield _kernel()
    except metadata.PackageNotFoundError as error:
        then = "pip install 'charkit[notebooks]'; charkit's Python works without"
        yield Check(area="notebooks", what="JupyterLab", state="note", said=f"{error.name} is not installed", then=then)
    found = len(list(notebooks_folder().glob("*.ipynb")))
    yield Check(
        area="notebooks",
        what="notebooks",
        state="ok" if found else "fault",
        said=f"{found} there",
        then="" if found else "install charkit again: pip install --force-reinstall charkit",
    )
    browser = next((path for name in _BROWSERS if (path := shutil.which(name))), "")
    yield Check(
        area="notebooks",
        what="browser",
        state="ok" if browser else "note",
        said=f"{Path(browser).name} for the tests of the widgets" if browser else "no Chromium or Chrome on the path",
        then="" if browser else "only tests of the widgets need one, such as Debian's package chromium",
    )


def _kernel() -> Check:
    """Say which Python a notebook saved with the kernel `python3` gets here."""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    then = f"{Path(sys.executable).name} -m ipykernel install --sys-prefix"
    try:
        program = KernelSpecManager().get_kernel_spec("python3").argv[0]
    except NoSuchKernel:
        return Check(area="notebooks", what="kernel", state="fault", said="there is no kernel python3", then=then)
    # Jupyter takes a bare name for the Python that it runs in itself.
    there = sys.executable if program in _THIS_PYTHON else shutil.which(program)
    if there is None:
        said = f"the kernel python3 starts {program}, which is not there"
        return Check(area="notebooks", what="kernel", state="fault", said=said, then=then)
    if Path(there).absolute().parent != Path(sys.executable).absolute().parent:
        said = f"the kernel python3 is another Python than this one: {there}"
        return Check(area="notebooks", what="kernel", state="note", said=said, then=then)
    return Check(area="notebooks", what="kernel", state="ok", said="python3 starts this Python")
