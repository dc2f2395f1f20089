"""What is sealed stays sealed, and every way a key file can be wrong has its own sentence."""

import stat

import pytest
from cryptography.fernet import Fernet

from adapters.secrets import SecretBox, SecretsError, create_key_file, open_box

CANARY = "hunter2-canary"


@pytest.fixture
def key_file(tmp_path):
    path = tmp_path / "calendula.key"
    create_key_file(path)
    return path


def test_what_was_sealed_comes_back_and_is_not_readable_meanwhile(key_file):
    sealed = open_box(key_file).encrypt(f"pässwörd {CANARY}")
    assert CANARY.encode() not in sealed
    assert open_box(key_file).decrypt(sealed).decode() == f"pässwörd {CANARY}"


def test_bytes_are_sealed_as_they_are(key_file):
    box = open_box(key_file)
    assert box.decrypt(box.encrypt(b"\x00\xff\r\n")) == b"\x00\xff\r\n"


def test_two_seals_of_one_secret_differ(key_file):
    box = open_box(key_file)
    assert box.encrypt(CANARY) != box.encrypt(CANARY)


def test_a_new_key_file_is_readable_by_its_owner_alone(key_file):
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600


def test_an_existing_key_file_is_never_overwritten(key_file):
    before = key_file.read_bytes()
    with pytest.raises(SecretsError, match="exists already"):
        create_key_file(key_file)
    assert key_file.read_bytes() == before


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_key_file_that_others_can_read_is_refused_with_the_way_out(key_file, mode):
    key_file.chmod(mode)
    with pytest.raises(SecretsError, match="chmod 600"):
        open_box(key_file)


def test_a_missing_key_file_is_said_in_one_sentence(tmp_path):
    with pytest.raises(SecretsError, match=r"is missing; restore it from your backup"):
        open_box(tmp_path / "none.key")


@pytest.mark.parametrize(("content", "said"), [(b"", "is empty"), (b"not a key\n", "is not a key file")])
def test_a_key_file_without_a_key_is_refused(key_file, content, said):
    key_file.write_bytes(content)
    with pytest.raises(SecretsError, match=said):
        open_box(key_file)


def test_another_key_opens_nothing_and_shows_nothing(key_file, tmp_path):
    sealed = open_box(key_file).encrypt(CANARY)
    create_key_file(tmp_path / "other.key")
    with pytest.raises(SecretsError) as caught:
        open_box(tmp_path / "other.key").decrypt(sealed)
    assert CANARY not in str(caught.value)
    assert sealed.decode() not in str(caught.value)


def test_a_new_first_line_seals_while_the_old_one_still_opens(key_file):
    old = key_file.read_bytes()
    sealed = open_box(key_file).encrypt(CANARY)
    new = Fernet.generate_key()
    key_file.write_bytes(new + b"\n" + old)
    assert open_box(key_file).decrypt(sealed).decode() == CANARY
    assert SecretBox([new]).decrypt(open_box(key_file).encrypt(CANARY)).decode() == CANARY


def test_a_changed_byte_is_noticed(key_file):
    sealed = bytearray(open_box(key_file).encrypt(CANARY))
    sealed[30] ^= 1
    with pytest.raises(SecretsError):
        open_box(key_file).decrypt(bytes(sealed))
