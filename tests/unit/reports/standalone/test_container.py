from __future__ import annotations

import json
from io import BytesIO

import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.drawing import FORMS, draw, render
from reports.envelope import canonical as rfc8785
from reports.errors import ContextError
from reports.standalone.container import Pages, canonical, put, take
from reports.standalone.outcome import Form, NotAReportError
from tests.support.dossier import clinical_dossier, dossier_saying, empty_dossier

FILES: dict[Form, bytes] = {form: render(clinical_dossier(), form) for form in FORMS}
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abcXYZ_", max_size=6), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize("form", FORMS)
def test_what_is_taken_apart_is_put_together_the_same(form: Form) -> None:
    pages, evidence = take(FILES[form])
    assert pages.form == form
    assert put(pages, evidence) == FILES[form]


@pytest.mark.parametrize("form", FORMS)
def test_the_pages_do_not_depend_on_the_evidence(form: Form) -> None:
    pages, _ = take(FILES[form])
    other = put(pages, canonical({"other": "</script> " * 5000}))
    assert take(other)[0] == pages
    assert draw(clinical_dossier(), form).pages == pages


@pytest.mark.parametrize("form", FORMS)
def test_the_digest_is_of_every_part(form: Form) -> None:
    pages, _ = take(FILES[form])
    for number, part in enumerate(pages.parts):
        parts = list(pages.parts)
        parts[number] = part + b" "
        assert Pages(form, tuple(parts)).digest != pages.digest
    joined = Pages("html", (b"ab", b"c")), Pages("html", (b"a", b"bc"))
    assert joined[0].digest != joined[1].digest


def test_a_pdf_with_its_evidence_put_in_is_one_that_readers_open() -> None:
    reader = pypdf.PdfReader(BytesIO(FILES["pdf"]), strict=True)
    assert json.loads(reader.attachments["lineward-evidence.json"][0])["kind"] == "model_dossier"
    assert "Model provenance dossier" in reader.pages[0].extract_text()


def saved_again(file: bytes) -> bytes:
    writer = pypdf.PdfWriter(clone_from=BytesIO(file))
    stream = BytesIO()
    writer.write(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    "changed",
    [
        saved_again(FILES["pdf"]),
        FILES["pdf"] + b"\n",
        FILES["pdf"] + b"\n%%EOF",
        FILES["pdf"][:-1],
        FILES["pdf"].replace(b"startxref\n", b"startxref\n1", 1),
        FILES["html"].replace(b"</script>", b"</script><script>alert(1)</script>", 1),
        FILES["html"].replace(b'"format":', b'"format": ', 1),
        FILES["json"].replace(b'"format":', b'"format": ', 1),
        FILES["json"] + b" ",
        FILES["json"].replace(b'{"context"', b'{"kind":"model_dossier","context"', 1),
        b"",
        b"\x89PNG",
        b"{",
        b"[]",
        b"{" * 5000,
        b'{"a":' * 300 + b"1" + b"}" * 300,
        b'{"a":NaN}',
        b'{"a":"\\ud800"}',
    ],
)
def test_a_file_that_was_put_together_otherwise_is_refused(changed: bytes) -> None:
    with pytest.raises(NotAReportError):
        take(changed)


@given(values)
def test_canonical_json_is_that_of_rfc_8785(value: object) -> None:
    try:
        expected = rfc8785(value)
    except ContextError:
        return
    assert canonical(value) == expected


@pytest.mark.parametrize("form", FORMS)
def test_hostile_text_and_nothing_at_all_are_taken_apart_too(form: Form) -> None:
    for context in (empty_dossier(), dossier_saying("</script>\x00\u202e😀 endstream endobj trailer")):
        file = render(context, form)
        assert put(*take(file)) == file
