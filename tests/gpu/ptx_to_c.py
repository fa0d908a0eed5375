"""PTX of the kernel as C that runs it on a CPU, one warp at a time (`warp.h`), instruction by instruction.

Knows the instructions that LLVM writes for the kernel and stops at any other; so it does at an addition or product of
floats that a machine might contract. Counts how often the first lane enters each basic block.
"""

from __future__ import annotations

import re

REGISTER = {"pred": "uint8_t", "b16": "uint16_t", "b32": "uint32_t", "b64": "uint64_t", "f64": "uint64_t"}
"""A register holds bits; an instruction says what they are."""
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


def translate(ptx: str) -> str:
    """The entry point of a PTX text, as C beside `warp.h`."""
    begin = ptx.index(".visible .entry")
    body = ptx[ptx.index("{", ptx.index(")", begin)) + 1 : ptx.rindex("}")]
    return _Text(ptx).of(body)


class _Text:
    """The statements of a kernel, one after another."""

    def __init__(self, ptx: str) -> None:
        self.out = ['#include "warp.h"']
        self.blocks = [0]
        self.targets: dict[str, list[str]] = {}
        self.number = 0
        for name, size, values in re.findall(
            r"\.(?:const|global) \.align \d+ \.b8 ([\w$]+)\[(\d+)\] = \{([^}]*)\}", ptx
        ):
            self.out.append(f"static const _Alignas(16) uint8_t {_name(name)}[{size}] = {{{values}}};")

    def of(self, body: str) -> str:
        statements = re.sub(r"//.*", "", body)
        statements = re.sub(r"\{ \.reg \.b32 tmp; (.*?;) \}\n", lambda half: half[1].replace("tmp", "_"), statements)
        lines: list[str] = []
        declared: list[str] = []
        for statement in re.findall(r"[^;:]+(?:;|:(?!:))", _without_lists(statements, self.targets)):
            line = " ".join(statement.split())
            (declared if line.startswith(".reg") else lines).extend(self._lines(line))
        n = len(self.blocks)
        sizes = ", ".join(map(str, self.blocks))
        self.out += [
            f"uint64_t entered[{n}]; const int n_block = {n}; const int block_size[{n}] = {{{sizes}}};",
            "#define ENTER(k) if (lane == 0) entered[k]++;",
            "static void thread(int lane) {", *declared, "ENTER(0)",
            *lines, "}", "",
        ]  # fmt: skip
        return "\n".join(self.out)

    def _lines(self, statement: str) -> list[str]:
        """One statement: a label, registers or an instruction."""
        if statement.endswith(":"):
            self.blocks.append(0)
            return [f"{_name(statement[:-1])}: ENTER({len(self.blocks) - 1})"]
        registers = re.fullmatch(r"\.reg \.(\w+) %(\w+)<(\d+)>;", statement)
        if registers:
            kind, name, n = registers.groups()
            return (
                [f"{REGISTER[kind]} {', '.join(f'r_{name}{i} = 0' for i in range(1, int(n)))};"] if int(n) > 1 else []
            )
        if statement.startswith((".pragma", ".loc", ".file")):
            return []
        found = re.fullmatch(r"(?:@(!?)%(\w+) )?([\w.:]+) ?(.*);", statement)
        if not found:
            raise Unknown(statement)
        negated, guard, op, rest = found.groups()
        self.blocks[-1] += 1
        self.number += 1
        done = self._branch(op, rest) or _instruction(op, _arguments(rest)).replace("SITE", str(self.number))
        if not guard:
            return [done]
        if op.startswith("bra"):
            self.blocks.append(0)
            return [f"if ({negated}r_{guard}) {done}", f"ENTER({len(self.blocks) - 1})"]
        return [f"if ({negated}r_{guard}) {{ {done} }}"]

    def _branch(self, op: str, rest: str) -> str:
        if op in ("bra", "bra.uni"):
            return f"goto {_name(rest)};"
        if op == "brx.idx":
            register, table = (x.strip() for x in rest.split(","))
            cases = " ".join(f"case {i}: goto {_name(label)};" for i, label in enumerate(self.targets[table]))
            return f"switch ({_raw(register)}) {{ {cases} default: abort(); }}"
        return "return;" if op == "ret" else ""


def _without_lists(body: str, targets: dict[str, list[str]]) -> str:
    """The body without its lists of branch targets, which are put where a branch by index looks for them."""

    def keep(found: re.Match[str]) -> str:
        targets[found[1]] = [label.strip() for label in found[2].split(",")]
        return ""

    return re.sub(r"([$\w]+):\s*\.branchtargets([^;]*);", keep, body)


def _arguments(rest: str) -> list[str]:
    """Operands; a group in braces is one."""
    return [x.strip() for x in re.findall(r"\{[^}]*\}|[^,{}]+", rest) if x.strip()]


def _name(label: str) -> str:
    return "L" + label.strip().replace("$", "_S_").replace(".", "_")


def _raw(text: str) -> str:
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
        return f"((uint64_t){_name(text)})"
    raise Unknown(f"operand {text}")


def _is(kind: str, text: str) -> str:
    """An operand as the number that an instruction takes it for."""
    return f"f({_raw(text)})" if kind == "f64" else f"(({C_TYPE[kind]}){_raw(text)})"


def _address(text: str) -> str:
    base, _, offset = text.strip("[] ").partition("+")
    return f"({_raw(base)} + ({offset or 0}))"


def _instruction(op: str, a: list[str]) -> str:
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
    return f"{_raw(a[0])} = w({value});" if gives_float else f"{_raw(a[0])} = {value};"


def _computed(name: str, parts: list[str], a: list[str]) -> str:
    kind = parts[-1]
    if name == "selp":
        return f"{_raw(a[3])} ? {_raw(a[1])} : {_raw(a[2])}"
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
        return " ".join(f"{_raw(x)} = {_raw(a[1])} >> {i * half[kind]};" for i, x in enumerate(names) if x != "_")
    if a[1].startswith("{"):
        low, high = (_is(f"u{half[kind]}", x.strip()) for x in a[1].strip("{}").split(","))
        return f"{_raw(a[0])} = {low} | ({C_TYPE[kind]}){high} << {half[kind]};"
    return f"{_raw(a[0])} = {_raw(a[1])};"


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
        return f"{_raw(a[0])} = {rules[how, to, source].format(x)};"
    if to == "f64" and source in C_TYPE and how == ("rn",):
        return f"{_raw(a[0])} = w((double){x});"
    if to in C_TYPE and source in C_TYPE and not how:
        return f"{_raw(a[0])} = ({C_TYPE[to]}){x};"
    raise Unknown(f"cvt.{'.'.join(parts)}")


def _of_memory(name: str, parts: list[str], a: list[str]) -> str:
    kind = parts[-1]
    c_type = C_TYPE[kind.replace("f", "b")]
    if name == "ld" and parts[0] == "param":
        number = re.search(r"_param_(\d+)", a[1])
        return f"{_raw(a[0])} = param[{number[1] if number else ''}];"
    if "local" in parts or "shared" in parts:
        raise Unknown(f"{name}.{'.'.join(parts)}: the kernel keeps to global memory and registers")
    if name in ("ld", "st"):
        place, values = (a[1], a[0]) if name == "ld" else (a[0], a[1])
        each = [x.strip() for x in values.strip("{}").split(",")]
        at = [f"{_address(place)} + {i} * sizeof({c_type})" for i in range(len(each))]
        if name == "ld":
            loads = " ".join(f"{c_type} l_{i} = LOAD({c_type}, {p});" for i, p in enumerate(at))
            return f"{{ {loads} {' '.join(f'{_raw(x)} = l_{i};' for i, x in enumerate(each))} }}"
        return " ".join(f"STORE({c_type}, {p}, {_raw(x)});" for p, x in zip(at, each, strict=True))
    what = {"add": "old_ + v_", "min": "old_ < v_ ? old_ : v_", "max": "old_ > v_ ? old_ : v_"}
    rule = next((what[part] for part in parts if part in what), None)
    if rule is None or kind not in ("u64", "s64"):
        raise Unknown(f"{name}.{'.'.join(parts)}")
    place, value = a[-2:]
    return f"AT({C_TYPE[kind]}, {_address(place)}, {_raw(value)}, {rule})"


def _of_warp(name: str, parts: list[str], a: list[str]) -> str:
    """Votes and shuffles of all lanes."""
    if a[-1] not in ("-1", "0xffffffff"):
        raise Unknown(f"{name}.{'.'.join(parts)} of some lanes alone")
    if name == "vote" and parts[:2] == ["sync", "any"]:
        return f"{_raw(a[0])} = VOTE(SITE, {_raw(a[1])});"
    source = {"bfly": f"lane ^ {_raw(a[2])}", "idx": _raw(a[2])}.get(parts[1])
    if name == "vote" or source is None:
        raise Unknown(f"{name}.{'.'.join(parts)}")
    return f"{_raw(a[0].partition('|')[0])} = SHUFFLE(SITE, {_raw(a[1])}, {source});"
