"""Where a simulated SunSpec device has its marker, its common model and its meters. Pure."""

from config.profiles import DeviceProfile

BASE = 40000
FIRST_MODEL = 40069
_MARKER = (0x5375, 0x6E53)
_COMMON, _COMMON_LENGTH = 1, 65
_END = 0xFFFF


def model_length(profile: DeviceProfile) -> int:
    """Return the registers behind id and length of a model: what the table says, else up to its last register."""
    ends = (piece.end for register in profile.registers for piece in (*register.pieces, *register.needs))
    return profile.model_length or max(ends) - 2


def image(profile: DeviceProfile, meters: int) -> dict[int, int]:
    """Return the words that tell what stands where: marker, ids and lengths, and the end behind the last model."""
    length, model = model_length(profile), next(iter(profile.variants), 0)
    common = dict.fromkeys(range(BASE + 4, FIRST_MODEL), 0)
    words = {BASE: _MARKER[0], BASE + 1: _MARKER[1], BASE + 2: _COMMON, BASE + 3: _COMMON_LENGTH, **common}
    for number in range(meters):
        at = FIRST_MODEL + number * (length + 2)
        words |= {at: model, at + 1: length}
    end = FIRST_MODEL + meters * (length + 2)
    return {**words, end: _END, end + 1: 0}
