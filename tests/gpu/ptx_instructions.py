"""One instruction of PTX as C, for `ptx_to_c`: what each does, as NVIDIA says."""

import re

C_TYPE = {
    f"{sign}{n}": f"{kind}{n}_t" for sign, kind in (("s", "int"), ("u", "uint"), ("b", "uint")) for n in (16, 32, 64)
}
C_TYPE |= {"pred": "uint8_t", "b8": "uint8_t", "u8": "uint8_t", "s8": "int8_t"}
SPECIAL = {
    "%laneid": "lane",
    "%tid.x": "(first_tid + lane)",
    "%ntid.x": "ntid",
    "%ctaid.x": "ctaid",
    "%nctaid.x": "nctaid",
}
SIGN = {"add": "+", "sub": "-", "mul": "*", "div": "/", "rem": "%", "and": "&", "or": "|", "xor": "^"}
COMPARE = {
    "eq": "==",
    "ne": "!=",
    "lt": "<",
    "le": "<=",
    "gt": ">",
    "ge": ">=",
    "lo": "<",
    "ls": "<=",
    "hi": ">",
    "hs": ">=",
}
OTHERWISE = {"eq": "!=", "ne": "==", "lt": ">=", "le": ">", "gt": "<=", "ge": "<"}


class Unknown(Exception):
    """An instruction or operand that the translation has no rule for."""


def arguments(rest: str) -> list[str]:
    """Operands; a group in braces is one."""
    return [x.strip() for x in re.findall(r"\{[^}]*\}|[^,{}]+", rest) if x.strip()]


def name_of(label: str) -> str:
    return "L" + label.strip().replace("$", "_S_").replace(".", "_")


def bits_of(text: str) -> str:
    """An operand's bits."""
    if text in SPECIAL:
        return SPECIAL[text]
    if text.startswith("%"):
        return f"r_{text[1:]}"
    if text.startswith("0d"):
        return f"0x{text[2:]}ull"
    if re.fullmatch(r"-?\d+|0x[0-9A-Fa-f]+", text):
        return "INT64_MIN" if text == str(-(2**63)) else f"{text}{'ull' if text[0] != '-' else 'll'}"
    if re.fullmatch(r"[$_A-Za-z][\w$]*", text):
        return f"((uint64_t){name_of(text)})"
    raise Unknown(f"operand {text}")


def _is(kind: str, text: str) -> str:
    """An operand as the number that an instruction takes it for."""
    return f"f({bits_of(text)})" if kind == "f64" else f"(({C_TYPE[kind]}){bits_of(text)})"


def _address(text: str) -> str:
    base, _, offset = text.strip("[] ").partition("+")
    return f"({bits_of(base)} + ({offset or 0}))"


def instruction(op: str, a: list[str]) -> str:
    """One instruction as C. The last part of its name says what its operands are."""
    name, *parts = op.split(".")
    kind = parts[-1]
    if name in ("ld", "st", "atom", "red"):
        return _of_memory(name, parts, a)
    if name in ("vote", "shfl"):
        return _of_warp(name, parts, a)
    if name == "mov":
        return _moved(kind, a)
    if name == "cvt":
        return _converted(parts, a)
    if kind not in C_TYPE and kind != "f64":
        raise Unknown(op)
    value = _compared(parts, a) if name == "setp" else _computed(name, parts, a)
    gives_float = kind == "f64" and name not in ("setp", "selp")
    return f"{bits_of(a[0])} = w({value});" if gives_float else f"{bits_of(a[0])} = {value};"


def _computed(name: str, parts: list[str], a: list[str]) -> str:
    kind = parts[-1]
    if name == "selp":
        return f"{bits_of(a[3])} ? {bits_of(a[1])} : {bits_of(a[2])}"
    x = [_is(kind, text) for text in a[1:]]
    if kind == "f64" and name in ("add", "sub", "mul", "fma", "div", "sqrt", "rcp") and "rn" not in parts:
        raise Unknown(f"{name}.{'.'.join(parts)}: may be contracted or is not rounded as IEEE asks")
    if name == "mul" and parts[0] == "wide":
        wide = {"s32": "int64_t", "u32": "uint64_t", "s16": "int32_t", "u16": "uint32_t"}[kind]
        return f"({wide}){x[0]} * ({wide}){x[1]}"
    if name == "mul" and parts[0] == "hi":
        wide = "unsigned __int128" if kind == "u64" else {"u32": "uint64_t", "s32": "int64_t", "s64": "__int128"}[kind]
        return f"(({wide}){x[0]} * {x[1]}) >> {kind[1:]}"
    if name in ("add", "sub", "mul", "mad") and kind != "f64":  # unsigned: they may go over
        u = [f"(uint64_t){value}" for value in x]
        return f"{u[0]} * {u[1]} + {u[2]}" if name == "mad" else f"{u[0]} {SIGN[name]} {u[1]}"
    if name in SIGN:
        return f"{x[0]} {SIGN[name]} {x[1]}"
    if name in ("min", "max"):
        if kind == "f64":
            return f"{name}_of({x[0]}, {x[1]})"
        return f"{x[0]} {'<' if name == 'min' else '>'} {x[1]} ? {x[0]} : {x[1]}"
    if name in ("shl", "shr"):
        function = "shl" if name == "shl" else "sar" if kind[0] == "s" else "shr"
        return f"{function}({x[0]}, {_is('u32', a[2])}, {kind[1:]})"
    if name == "bfe" and kind[0] == "u":
        return f"shr({x[0]}, {_is('u32', a[2])}, {kind[1:]}) & mask({_is('u32', a[3])})"
    rules = {
        "fma": "__builtin_fma({0}, {1}, {2})", "sqrt": "__builtin_sqrt({0})", "rcp": "1.0 / {0}",
        "abs": "__builtin_fabs({0})",
        "neg": "-{0}", "not": "!{0}" if kind == "pred" else "~{0}", "bfi": "bfi({0}, {1}, {2}, {3})", "cvta": "{0}",
    }  # fmt: skip
    if name not in rules or (name == "abs" and kind != "f64"):
        raise Unknown(f"{name}.{'.'.join(parts)} {a}")
    return rules[name].format(*x)


def _compared(parts: list[str], a: list[str]) -> str:
    """A predicate; a comparison of floats that ends in u holds where either is not a number."""
    if len(parts) != 2 or len(a) != 3:
        raise Unknown(f"setp.{'.'.join(parts)}")
    compare, kind = parts
    x, y = _is(kind, a[1]), _is(kind, a[2])
    if compare in ("num", "nan"):
        return f"{'' if compare == 'num' else '!'}({x} == {x} && {y} == {y})"
    if kind != "f64":
        return f"{x} {COMPARE[compare]} {y}"
    if compare == "ne":
        return f"{x} < {y} || {x} > {y}"
    if compare == "equ":
        return f"!({x} < {y} || {x} > {y})"
    return f"!({x} {OTHERWISE[compare[:2]]} {y})" if compare.endswith("u") else f"{x} {COMPARE[compare]} {y}"


def _moved(kind: str, a: list[str]) -> str:
    """A register to another, or two halves to and from a whole."""
    half = {"b64": 32, "b32": 16}
    if a[0].startswith("{"):
        names = [x.strip() for x in a[0].strip("{}").split(",")]
        return " ".join(f"{bits_of(x)} = {bits_of(a[1])} >> {i * half[kind]};" for i, x in enumerate(names) if x != "_")
    if a[1].startswith("{"):
        low, high = (_is(f"u{half[kind]}", x.strip()) for x in a[1].strip("{}").split(","))
        return f"{bits_of(a[0])} = {low} | ({C_TYPE[kind]}){high} << {half[kind]};"
    return f"{bits_of(a[0])} = {bits_of(a[1])};"


def _converted(parts: list[str], a: list[str]) -> str:
    """Between kinds of numbers. To a float every conversion here is exact or rounded to the nearest, as in C."""
    to, source = parts[-2:]
    x = _is(source, a[1])
    how = tuple(parts[:-2])
    rules = {
        (("rzi",), "s64", "f64"): "to_s64({0})",
        (("rmi",), "f64", "f64"): "w(__builtin_floor({0}))",
        (("sat",), "f64", "f64"): "w({0} > 0.0 ? ({0} < 1.0 ? {0} : 1.0) : 0.0)",
    }
    if (how, to, source) in rules:
        return f"{bits_of(a[0])} = {rules[how, to, source].format(x)};"
    if to == "f64" and source in C_TYPE and how == ("rn",):
        return f"{bits_of(a[0])} = w((double){x});"
    if to in C_TYPE and source in C_TYPE and not how:
        return f"{bits_of(a[0])} = ({C_TYPE[to]}){x};"
    raise Unknown(f"cvt.{'.'.join(parts)}")


def _of_memory(name: str, parts: list[str], a: list[str]) -> str:
    kind = parts[-1]
    c_type = C_TYPE[kind.replace("f", "b")]
    if name == "ld" and parts[0] == "param":
        number = re.search(r"_param_(\d+)", a[1])
        return f"{bits_of(a[0])} = param[{number[1] if number else ''}];"
    if "local" in parts:
        raise Unknown(f"{name}.{'.'.join(parts)}: what is in registers alone is fast")
    if name in ("ld", "st"):
        place, values = (a[1], a[0]) if name == "ld" else (a[0], a[1])
        each = [x.strip() for x in values.strip("{}").split(",")]
        at = [f"{_address(place)} + {i} * sizeof({c_type})" for i in range(len(each))]
        if "shared" in parts:
            at = [f"OWN({p})" for p in at]
        if name == "ld":
            loads = " ".join(f"{c_type} l_{i} = LOAD({c_type}, {p});" for i, p in enumerate(at))
            return f"{{ {loads} {' '.join(f'{bits_of(x)} = l_{i};' for i, x in enumerate(each))} }}"
        return " ".join(f"STORE({c_type}, {p}, {bits_of(x)});" for p, x in zip(at, each, strict=True))
    what = {"add": "old_ + v_", "min": "old_ < v_ ? old_ : v_", "max": "old_ > v_ ? old_ : v_"}
    rule = next((what[part] for part in parts if part in what), None)
    if rule is None or kind not in ("u64", "s64"):
        raise Unknown(f"{name}.{'.'.join(parts)}")
    place, value = a[-2:]
    return f"AT({C_TYPE[kind]}, {_address(place)}, {bits_of(value)}, {rule})"


def _of_warp(name: str, parts: list[str], a: list[str]) -> str:
    """Votes and shuffles of all lanes."""
    if a[-1] not in ("-1", "0xffffffff"):
        raise Unknown(f"{name}.{'.'.join(parts)} of some lanes alone")
    if name == "vote" and parts[:2] == ["sync", "any"]:
        return f"{bits_of(a[0])} = VOTE(SITE, {bits_of(a[1])});"
    source = {"bfly": f"lane ^ {bits_of(a[2])}", "idx": bits_of(a[2])}.get(parts[1])
    if name == "vote" or source is None:
        raise Unknown(f"{name}.{'.'.join(parts)}")
    return f"{bits_of(a[0].partition('|')[0])} = SHUFFLE(SITE, {bits_of(a[1])}, {source});"
