"""Seeded mutations of texts, of bytes and of data like JSON."""

import copy

TOKENS = [
    *("{{", "}}", "{%", "%}", "{#", "#}", "-", "|", "(", ")", "[", "]", "{", "}"),
    *(",", ":", ".", "..", "/", "\\", "'", '"', "`", "=", "~", "+", "*", "%", "<", "!"),
    *("\0", "\r", "\n", "\r\n", "\t", "\ufeff", "\u2028", "\x1b[2J", "é", "\U0001f600"),
    *("---", "- ", "&a", "*a", "!!x", "? ", "|-", "> ", "#", "[[", "]]", "<<: ", "$"),
    *("null", "true", "0", "-1", "1e999", "99999999999999999999", "0x", "nan", ".inf"),
    *("agpm", "con", "../", "/etc/passwd", ".git", "~", "__class__", "self", "loop"),
]
VALUES = [
    *(None, True, False, 0, -1, 3, 2**70, 1e308, float("inf"), float("nan")),
    *("", " ", ".", "..", "../x", "/x", "\0", "a\nb", "con", ".git", "x.dist-info"),
    *("a" * 5000, "é", "\x1b[2J", "{{ x }}", "{% x %}", "**/*", "[", "[!", "\\", "C:x"),
    *([], {}, [[]], [None], [0], [""], ["x", "x"], {"": 0}, {".": {}}, {"a": {"a": 1}}),
]
_DEEP = 200
_LARGE = 2000


def mutate_text(text, others, chance):
    """Return a text with a few changes; parts may be of the `others`."""
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 5))):
        text = _changed(text, others, chance)
    return text


def _changed(text, others, chance):
    start = chance.randint(0, len(text))
    end = min(len(text), start + chance.choice((0, 1, 2, 5, 20, 100)))
    head, part, tail = text[:start], text[start:end], text[end:]
    other = chance.choice([*chance.choices(others, k=2), text])
    first = chance.randint(0, len(other))
    return chance.choice(
        [
            head + tail,
            head + part * 2 + tail,
            head,
            head + chance.choice(TOKENS) + tail,
            head + chance.choice(TOKENS) + part + tail,
            head + other[first : first + 40] + tail,
            head + chance.choice(TOKENS) * chance.choice((2, 10, _DEEP, _LARGE)) + tail,
            head + part * chance.choice((2, 10, _DEEP)) + tail,
        ]
    )


def mutate_bytes(data, chance):
    """Return bytes with a few changes."""
    for _ in range(chance.choice((1, 1, 2, 3, 8))):
        data = bytearray(data)
        at = chance.randint(0, len(data))
        match chance.randrange(7):
            case 0 if at < len(data):
                data[at] ^= 1 << chance.randrange(8)
            case 1 if at < len(data):
                data[at] = chance.choice((0, 1, 10, 34, 44, 127, 128, 255))
            case 2:
                del data[at:]
            case 3:
                del data[at : at + chance.choice((1, 4, 50))]
            case 4:
                data[at:at] = bytes(chance.choices(range(256), k=chance.randint(1, 9)))
            case 5:
                data[at : at + 4] = chance.choice(
                    (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"PK\1\2")
                )
            case _:
                data[at:at] = data[at : at + chance.choice((10, 1000))]
        data = bytes(data)
    return data


def mutate_data(data, chance):
    """Return data of dicts, lists and values with a few changes."""
    data = copy.deepcopy(data)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        data = _with_change(data, chance)
    return data


def _with_change(data, chance):
    places = [*_places(data)]
    if not places or chance.random() < 0.02:
        return chance.choice(VALUES)
    holder, key = chance.choice(places)
    match chance.randrange(6):
        case 0:
            del holder[key]
        case 1 if isinstance(holder, dict):
            other, place = chance.choice(places)
            holder[str(place)] = copy.deepcopy(other[place])
        case 2 if isinstance(holder, dict):
            names = ("", ".", "x", "path", "\0", "a/b", "../x", f"{key}s", "é")
            holder[chance.choice(names)] = holder.pop(key)
        case 3:
            for _ in range(chance.choice((1, 2, 60))):
                holder[key] = (
                    [holder[key]] if chance.random() < 0.5 else {"a": holder[key]}
                )
        case 4 if isinstance(holder[key], str):
            holder[key] = mutate_text(holder[key], ["agents/a.md"], chance)
        case _:
            holder[key] = copy.deepcopy(chance.choice(VALUES))
    return data


def _places(data):
    if isinstance(data, dict):
        pairs = list(data.items())
    elif isinstance(data, list):
        pairs = list(enumerate(data))
    else:
        return
    for key, value in pairs:
        yield data, key
        yield from _places(value)
