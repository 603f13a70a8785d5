from __future__ import annotations

import hashlib
import json
import os
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from ingest_hooks.emit import (
    Manifest,
    ManifestError,
    ManifestFile,
    ManifestMemory,
    compare_manifests,
    manifest,
    snapshot_digest,
)


def put(root: Path, **contents: str) -> None:
    for name, content in contents.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


def test_a_manifest_names_each_file_by_its_path_size_and_digest(tmp_path: Path) -> None:
    put(tmp_path, b="two", a__c="three")
    assert manifest(tmp_path).files == (
        ManifestFile("a/c", 5, "sha256:" + hashlib.sha256(b"three").hexdigest()),
        ManifestFile("b", 3, "sha256:" + hashlib.sha256(b"two").hexdigest()),
    )


def test_the_digest_of_a_known_manifest_never_changes() -> None:
    one = Manifest((ManifestFile("part-0", 3, "sha256:" + hashlib.sha256(b"abc").hexdigest()),))
    written_out = (
        b'[{"digest":"sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",'
        b'"path":"part-0","size":3}]'
    )
    assert snapshot_digest(one) == one.digest == "sha256:" + hashlib.sha256(written_out).hexdigest()


def test_the_same_files_elsewhere_are_the_same_snapshot(tmp_path: Path) -> None:
    for copy in ("here", "there"):
        put(tmp_path / copy, x="1", y__z="2")
    os.utime(tmp_path / "there" / "x", (0, 0))
    (tmp_path / "there" / "x").chmod(0o600)
    assert manifest(tmp_path / "here") == manifest(tmp_path / "there")


@pytest.mark.parametrize("change", ["content", "name", "one more"])
def test_any_change_of_the_files_is_another_snapshot(tmp_path: Path, change: str) -> None:
    put(tmp_path, x="1", y="2")
    before = manifest(tmp_path).digest
    if change == "content":
        put(tmp_path, x="3")
    elif change == "name":
        (tmp_path / "x").rename(tmp_path / "w")
    else:
        put(tmp_path, z="")
    assert manifest(tmp_path).digest != before


def test_files_are_sorted_by_the_bytes_of_their_paths_and_not_folder_by_folder(tmp_path: Path) -> None:
    put(tmp_path, a__b="", **{"a.txt": "", "a-b": "", "é": "", "Z": "", "\U0001f9ec": "", "\uff5e": ""})
    names = [file.path for file in manifest(tmp_path).files]
    assert names == ["Z", "a-b", "a.txt", "a/b", "é", "\uff5e", "\U0001f9ec"]
    assert names == sorted(names, key=str.encode)


def test_composed_and_decomposed_names_are_two_files(tmp_path: Path) -> None:
    composed, decomposed = (unicodedata.normalize(form, "é") for form in ("NFC", "NFD"))
    put(tmp_path / "1", **{composed: "x"})
    put(tmp_path / "2", **{decomposed: "x"})
    assert manifest(tmp_path / "1").digest != manifest(tmp_path / "2").digest


def test_a_name_that_is_not_utf_8_cannot_be_named(tmp_path: Path) -> None:
    with open(os.fsencode(tmp_path) + b"/\xff", "wb"):  # noqa: PTH123 - no Path holds such a name readably
        pass
    with pytest.raises(ManifestError, match="not UTF-8"):
        manifest(tmp_path)


def test_an_empty_folder_leaves_no_trace_and_an_empty_snapshot_is_one(tmp_path: Path) -> None:
    assert manifest(tmp_path).files == ()
    assert manifest(tmp_path).digest == "sha256:" + hashlib.sha256(b"[]").hexdigest()
    put(tmp_path, x="1")
    before = manifest(tmp_path)
    (tmp_path / "empty").mkdir()
    assert manifest(tmp_path) == before


def test_a_link_to_a_file_stands_for_the_bytes_behind_it(tmp_path: Path) -> None:
    put(tmp_path, store__blob="content", plain__data="content")
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / "data").symlink_to(tmp_path / "store" / "blob")
    assert manifest(tmp_path / "linked") == manifest(tmp_path / "plain")


def test_a_link_to_a_folder_or_to_nothing_is_refused(tmp_path: Path) -> None:
    put(tmp_path, real__x="1")
    (tmp_path / "real" / "loop").symlink_to(tmp_path / "real")
    with pytest.raises(ManifestError, match="link to a folder"):
        manifest(tmp_path / "real")
    (tmp_path / "real" / "loop").unlink()
    (tmp_path / "real" / "gone").symlink_to(tmp_path / "nowhere")
    with pytest.raises(ManifestError, match="link to nothing"):
        manifest(tmp_path / "real")


def test_a_path_longer_than_a_record_takes_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path, os.O_RDONLY)
    for _ in range(11):
        os.mkdir("d" * 200, dir_fd=descriptor)
        below = os.open("d" * 200, os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = below
    os.close(os.open("part-0", os.O_CREAT | os.O_WRONLY, dir_fd=descriptor))
    os.close(descriptor)
    with pytest.raises(ManifestError, match=r"is a path of 2,217 characters; at most 2,048 can be sealed"):
        manifest(tmp_path, note=lambda _bytes, _files: pytest.fail("it was read"))


def test_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ManifestError, match="no regular file"):
        manifest(tmp_path)


def test_a_file_that_is_missing_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="does not exist"):
        manifest(tmp_path / "nothing")


def test_a_file_that_changes_while_it_is_read_is_not_a_snapshots(tmp_path: Path) -> None:
    put(tmp_path, x="1")

    def write(_bytes: int, _files: int) -> None:
        with (tmp_path / "x").open("a") as same:
            same.write("2")

    with pytest.raises(ManifestError, match="x changed while it was read"):
        manifest(tmp_path, note=write)


@pytest.mark.parametrize("change", ["came", "went", "was written to"])
def test_files_that_change_before_all_are_read_make_no_snapshot(tmp_path: Path, change: str) -> None:
    put(tmp_path, a="1", b="2")

    def disturb(_bytes: int, files: int) -> None:
        if not files:
            return
        match change:
            case "came":
                put(tmp_path, z="3")
            case "went":
                (tmp_path / "a").unlink(missing_ok=True)
            case _:
                put(tmp_path, a="4")

    with pytest.raises(ManifestError, match="changed while it was read"):
        manifest(tmp_path, note=disturb, workers=1)


def test_files_read_beside_each_other_are_those_read_one_by_one_and_all_bytes_are_told(tmp_path: Path) -> None:
    put(tmp_path, **{f"f{number:03}": "x" * number * 7 for number in range(200)})
    told = [0, 0]

    def note(bytes_: int, files: int) -> None:
        told[0] += bytes_
        told[1] += files

    together = manifest(tmp_path, workers=4, note=note)
    assert together == manifest(tmp_path, workers=1)
    assert told == [together.size, 200]


def test_an_interrupted_reading_goes_on_where_it_stopped(tmp_path: Path) -> None:
    folder, kept = tmp_path / "lake", tmp_path / "kept.json"
    put(folder, **{name: name * 10 for name in "abcdef"})
    done = 0

    def interrupt(_bytes: int, files: int) -> None:
        nonlocal done
        done += files
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        manifest(folder, workers=1, note=interrupt, memory=ManifestMemory(kept, str(folder)))
    known = ManifestMemory(kept, str(folder))
    assert len(known) == 3
    # What it holds is believed, as long as nobody wrote to the file: a digest that is put there is found again.
    document = json.loads(kept.read_text())
    document["files"]["a"][1] = "sha256:" + "0" * 64
    kept.write_text(json.dumps(document))
    (folder / "b").write_text("other")
    found = {file.path: file for file in manifest(folder, memory=ManifestMemory(kept, str(folder))).files}
    assert found["a"].digest == "sha256:" + "0" * 64
    assert found["b"].digest == "sha256:" + hashlib.sha256(b"other").hexdigest()
    assert not kept.exists()


def test_a_memory_of_another_reading_is_refused(tmp_path: Path) -> None:
    kept = tmp_path / "kept.json"
    kept.write_text('{"version": 1, "where": "/elsewhere", "files": {}}')
    with pytest.raises(ManifestError, match="says how far /elsewhere was read"):
        ManifestMemory(kept, "/here")
    kept.write_text("[]")
    with pytest.raises(ManifestError, match="name another file"):
        ManifestMemory(kept, "/here")


def test_what_is_otherwise_than_sealed_is_changed_missing_or_surplus(tmp_path: Path) -> None:
    put(tmp_path, a="1", b="2", c="3")
    sealed = manifest(tmp_path)
    assert compare_manifests(sealed, manifest(tmp_path)).result == "OK"
    put(tmp_path, b="9", d="4")
    (tmp_path / "c").unlink()
    found = compare_manifests(sealed, manifest(tmp_path))
    assert (found.changed, found.missing, found.surplus, found.result) == (("b",), ("c",), ("d",), "MISMATCH")
    assert found.paths == ("b", "c", "d")
    assert compare_manifests(sealed, None).result == compare_manifests(sealed, Manifest(())).result == "MISSING"


class OfAWebServer(MemoryFileSystem):  # type: ignore[misc]  # fsspec has no types
    """Files as fsspec lists those of a web server: without sizes, and not found whatever the reason is."""

    cachable = False

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return "/" + path.partition("://")[2] if "://" in path else path

    def find(self, path: str, **how: Any) -> Any:
        return {name: {**known, "size": None} for name, known in super().find(path, **how).items()}

    def info(self, path: str, **how: Any) -> Any:
        if path.startswith("/unreachable"):
            raise FileNotFoundError(path) from ConnectionRefusedError()
        return super().info(path, **how)


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> None:
    def opened(address: str) -> tuple[OfAWebServer, str]:
        return OfAWebServer(), OfAWebServer._strip_protocol(address)

    monkeypatch.setattr(fsspec.core, "url_to_fs", opened)


class TestRemote:
    @pytest.fixture
    def address(self) -> Iterator[str]:
        system = fsspec.filesystem("memory")
        system.pipe({"/lake/stays/part-0": b"one", "/lake/stays/year=2026/part-1": b"three"})
        yield "memory://lake/stays"
        system.rm("/lake", recursive=True)

    def test_files_at_an_address_are_named_as_in_a_folder(self, tmp_path: Path, address: str) -> None:
        put(tmp_path, **{"part-0": "one", "year=2026__part-1": "three"})
        assert manifest(address) == manifest(tmp_path) == manifest(f"file://{tmp_path}")

    def test_a_single_file_is_named_by_its_name(self, address: str) -> None:
        assert [file.path for file in manifest(f"{address}/part-0").files] == ["part-0"]

    def test_a_file_written_to_while_others_are_read_makes_no_snapshot(self, address: str) -> None:
        def write(_bytes: int, _files: int) -> None:
            fsspec.filesystem("memory").pipe("/lake/stays/part-0", b"other")

        with pytest.raises(ManifestError, match="changed while it was read"):
            manifest(address, note=write)

    @pytest.mark.parametrize(
        ("address", "problem"),
        [
            ("memory://nothing/here", "does not exist"),
            ("no-such://bucket/x", "no file system that fsspec knows"),
            ("http://user:secret@127.0.0.1:9/x", "cannot be rea|not installed"),
        ],
    )
    def test_what_cannot_be_read_is_said_without_its_password(self, address: str, problem: str) -> None:
        with pytest.raises(ManifestError, match=problem) as raised:
            manifest(address)
        assert "secret" not in str(raised.value)

    @pytest.mark.usefixtures("address", "web")
    def test_a_web_server_names_files_encoded_and_without_sizes(self) -> None:
        fsspec.filesystem("memory").pipe("/lake/stays/day%3D1/part%202", b"four")
        assert [(file.path, file.size) for file in manifest("http://lake/stays").files] == [
            ("day=1/part 2", 4),
            ("part-0", 3),
            ("year=2026/part-1", 5),
        ]
        fsspec.filesystem("memory").pipe("/lake/stays/%2E%2E/out", b"x")
        with pytest.raises(ManifestError, match="no path under it"):
            manifest("http://lake/stays")

    @pytest.mark.usefixtures("web")
    def test_a_server_that_does_not_answer_is_not_said_to_lack_the_file(self) -> None:
        with pytest.raises(ManifestError, match="cannot be reached"):
            manifest("http://unreachable/stays")
        with pytest.raises(ManifestError, match=r"does not exist$"):
            manifest("http://nothing/stays")

    @pytest.mark.parametrize(("name", "problem"), [("part%2D0", "two files of one name"), ("%E9", "is not UTF-8")])
    @pytest.mark.usefixtures("address", "web")
    def test_names_of_a_web_server_are_told_apart_and_utf_8(self, name: str, problem: str) -> None:
        fsspec.filesystem("memory").pipe(f"/lake/stays/{name}", b"four")
        with pytest.raises(ManifestError, match=problem):
            manifest("http://lake/stays")

    def test_an_address_is_named_alone(self, tmp_path: Path, address: str) -> None:
        for given, root in (([address, address], None), ([address], tmp_path)):
            with pytest.raises(ManifestError, match="named alone"):
                manifest(given, root=root)


def test_several_paths_are_named_from_a_root_and_each_file_counts_once(tmp_path: Path) -> None:
    put(tmp_path, a__x="1", b__y="2", c="3")
    chosen = manifest([tmp_path / "a", tmp_path / "a" / "x", tmp_path / "b" / ".." / "a" / "x"], root=tmp_path)
    assert [file.path for file in chosen.files] == ["a/x"]
    with pytest.raises(ManifestError, match="root"):
        manifest([tmp_path / "a", tmp_path / "c"])
    with pytest.raises(ManifestError, match="does not lie under"):
        manifest(tmp_path / "c", root=tmp_path / "a")


def test_a_single_file_is_named_by_its_name(tmp_path: Path) -> None:
    put(tmp_path, x="1")
    assert [file.path for file in manifest(tmp_path / "x").files] == ["x"]


def test_the_size_of_a_snapshot_is_that_of_all_its_files(tmp_path: Path) -> None:
    put(tmp_path, x="1", y__z="333")
    assert manifest(tmp_path).size == 4
