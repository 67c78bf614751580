"""Photos lose what they tell about their place and keep what they show."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import InvalidReading, NotFound
from gateway.photos import LARGEST_PHOTO_BYTES, PhotoFolder
from gateway.photos.folder import media_type_of
from tests.unit.gateway.pictures import SECRET, heic, jpeg, png, webp

PICTURES = {"image/jpeg": jpeg, "image/png": png, "image/webp": webp, "image/heic": heic}


@pytest.mark.parametrize("media_type", PICTURES)
def test_a_photo_is_kept_without_its_place(tmp_path: Path, media_type: str) -> None:
    picture = PICTURES[media_type]()
    assert SECRET in picture
    kept = PhotoFolder(tmp_path).keep(picture)
    assert kept.media_type == media_type
    assert SECRET not in kept.content
    assert (b"picture" in kept.content) == (b"picture" in picture)
    assert (b"pic\xff\0ture\xff\xd9" in kept.content) == (media_type == "image/jpeg")
    assert PhotoFolder(tmp_path).read(kept.sha256) == kept


@pytest.mark.parametrize("make", PICTURES.values())
def test_the_same_photo_twice_is_one_file_and_keeping_a_bare_one_changes_nothing(
    tmp_path: Path, make: Callable[[], bytes]
) -> None:
    folder = PhotoFolder(tmp_path)
    kept = folder.keep(make())
    assert folder.keep(make()) == kept
    assert folder.keep(kept.content) == kept
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_a_photo_that_was_taken_upright_stays_upright(tmp_path: Path) -> None:
    kept = PhotoFolder(tmp_path).keep(jpeg(orientation=6))
    assert SECRET not in kept.content
    assert b"\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06" in kept.content


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"<svg onload='alert(1)'/>", b"GIF89a", b"\xff\xd8\xff\xd9"])
def test_what_is_no_photo_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(InvalidReading) as error:
        PhotoFolder(tmp_path).keep(content)
    assert error.value.code == "no_photo"
    assert list(tmp_path.iterdir()) == []


def test_a_photo_that_is_too_large_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidReading) as error:
        PhotoFolder(tmp_path).keep(jpeg() + bytes(LARGEST_PHOTO_BYTES))
    assert error.value.code == "too_large"


@pytest.mark.parametrize("name", ["a" * 64, "../../etc/passwd", "", "A" * 64])
def test_a_name_that_is_no_kept_hash_is_not_found(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotFound):
        PhotoFolder(tmp_path).read(name)


@given(st.sampled_from(sorted(PICTURES)), st.data())
def test_a_damaged_photo_is_refused_or_bare_but_never_ends_the_service(
    tmp_path_factory: pytest.TempPathFactory, media_type: str, data: st.DataObject
) -> None:
    picture = bytearray(PICTURES[media_type]())
    for _ in range(data.draw(st.integers(0, 3))):
        picture[data.draw(st.integers(0, len(picture) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(picture[: data.draw(st.integers(0, len(picture)))])
    folder = PhotoFolder(tmp_path_factory.mktemp("photos"))
    with suppress(InvalidReading):
        kept = folder.keep(cut)
        assert media_type_of(kept.content) == kept.media_type
