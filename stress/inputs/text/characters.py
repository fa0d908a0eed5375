"""Which characters a name and a text may hold."""

_HIDDEN = r"\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\\"
_BARRED = rf"{_HIDDEN}/:"
NAME_PATTERN = rf"^[^ .{_BARRED}]([^{_BARRED}]*[^ {_BARRED}])?$"
TITLE_PATTERN = rf"^[^ .{_HIDDEN}]([^{_HIDDEN}]*[^ {_HIDDEN}])?$"
TEXT_PATTERN = r"^[^\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]*$"
