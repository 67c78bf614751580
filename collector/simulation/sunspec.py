"""Where a simulated SunSpec device has its marker, its common model and what it measures. Pure."""

from config.profiles.registers import DeviceProfile

BASE = 40000
FIRST_MODEL = 40069
_MARKER = (0x5375, 0x6E53)
_COMMON, _COMMON_LENGTH = 1, 65
_END = 0xFFFF


def model_length(profile: DeviceProfile) -> int:
    """Return the registers behind id and length of a model: what the table says, else up to its last register."""
    ends = (piece.end for register in profile.registers for piece in (*register.pieces, *register.needs))
    return profile.model_length or max(ends) - 2


def end_of(profile: DeviceProfile, models: int, first: int = FIRST_MODEL) -> int:
    """Return the address behind so many models, the first of which has its id at `first`."""
    return first + models * (model_length(profile) + 2)


def image(profile: DeviceProfile, models: int, first: int = FIRST_MODEL) -> dict[int, int]:
    """Return the words that tell what stands where: ids and lengths, and the end behind the last model.

    In front of the first model of a device stand its marker and the common model.
    """
    length, model = model_length(profile), next(iter(profile.variants), 0)
    words = _front() if first == FIRST_MODEL else {}
    for number in range(models):
        at = end_of(profile, number, first)
        words |= {at: model, at + 1: length}
    end = end_of(profile, models, first)
    return {**words, end: _END, end + 1: 0}


def _front() -> dict[int, int]:
    common = dict.fromkeys(range(BASE + 4, FIRST_MODEL), 0)
    return {BASE: _MARKER[0], BASE + 1: _MARKER[1], BASE + 2: _COMMON, BASE + 3: _COMMON_LENGTH, **common}
