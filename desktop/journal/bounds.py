"""Bounds of what entries hold: the same for what is recorded here and for what comes from elsewhere."""

MAX_NUMBER = 2**53
"""Larger numbers are nobody's: not every reader of JSON keeps them."""

MAX_REPEATS = 9_999
"""Of an event or a form of one subject."""

MAX_OID_LENGTH = 1_000
MAX_DEVICE_LENGTH = 64
MAX_SUBJECT_LENGTH = 200
MAX_ROW_KEY_LENGTH = 200
MAX_NAME_LENGTH = 1_000
