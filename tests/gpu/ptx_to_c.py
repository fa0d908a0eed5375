"""PTX of the kernel as C that runs it on a CPU, one warp at a time (`warp.h`), instruction by instruction.

Knows the instructions that LLVM writes for the kernel and stops at any other; so it does at an addition or product of
floats that a machine might contract. Counts how often the first lane enters each basic block.
"""

import re

from ptx_instructions import Unknown, arguments, bits_of, instruction, name_of

REGISTER = {"pred": "uint8_t", "b16": "uint16_t", "b32": "uint32_t", "b64": "uint64_t", "f64": "uint64_t"}
"""A register holds bits; an instruction says what they are."""


def translate(ptx: str) -> str:
    """The entry point of a PTX text, as C beside `warp.h`."""
    begin = ptx.index(".visible .entry")
    body = ptx[ptx.index("{", ptx.index(")", begin)) + 1 : ptx.rindex("}")]
    return _Text(ptx).of(body)


class _Text:
    """The statements of a kernel, one after another."""

    def __init__(self, ptx: str) -> None:
        self.out = ['#include "warp.h"']
        self.blocks, self.memory = [0], [0]
        self.targets: dict[str, list[str]] = {}
        self.number = 0
        for name, size, values in re.findall(
            r"\.(?:const|global) \.align \d+ \.b8 ([\w$]+)\[(\d+)\] = \{([^}]*)\}", ptx
        ):
            self.out.append(f"static const _Alignas(16) uint8_t {name_of(name)}[{size}] = {{{values}}};")

    def of(self, body: str) -> str:
        statements = re.sub(r"//.*", "", body)
        statements = re.sub(r"\{ \.reg \.b32 tmp; (.*?;) \}\n", lambda half: half[1].replace("tmp", "_"), statements)
        lines: list[str] = []
        declared: list[str] = []
        for statement in re.findall(r"[^;:]+(?:;|:(?!:))", _without_lists(statements, self.targets)):
            line = " ".join(statement.split())
            (declared if line.startswith((".reg", ".shared")) else lines).extend(self._lines(line))
        n = len(self.blocks)
        sizes, memory = (", ".join(map(str, counts)) for counts in (self.blocks, self.memory))
        self.out += [
            f"uint64_t entered[{n}]; const int n_block = {n}; const int block_size[{n}] = {{{sizes}}};",
            f"const int block_memory[{n}] = {{{memory}}};",
            "#define ENTER(k) if (lane == 0) entered[k]++;",
            "static void thread(int lane) {", *declared, "ENTER(0)",
            *lines, "}", "",
        ]  # fmt: skip
        return "\n".join(self.out)

    def _lines(self, statement: str) -> list[str]:
        """One statement: a label, registers or an instruction."""
        if statement.endswith(":"):
            self._begin()
            return [f"{name_of(statement[:-1])}: ENTER({len(self.blocks) - 1})"]
        registers = re.fullmatch(r"\.reg \.(\w+) %(\w+)<(\d+)>;", statement)
        if registers:
            kind, name, n = registers.groups()
            return (
                [f"{REGISTER[kind]} {', '.join(f'r_{name}{i} = 0' for i in range(1, int(n)))};"] if int(n) > 1 else []
            )
        shared = re.fullmatch(r"\.shared \.align \d+ \.b8 ([\w$]+)\[(\d+)\];", statement)
        if shared:
            return [f"static _Alignas(256) uint8_t {name_of(shared[1])}[{shared[2]}];"]
        if statement.startswith((".pragma", ".loc", ".file")):
            return []
        match = re.fullmatch(r"(?:@(!?)%(\w+) )?([\w.:]+) ?(.*);", statement)
        if not match:
            raise Unknown(statement)
        negated, guard, op, rest = match.groups()
        self.blocks[-1] += 1
        self.memory[-1] += op.startswith(("ld.global", "st.global", "atom.global", "red.global"))
        self.number += 1
        done = self._branch(op, rest) or instruction(op, arguments(rest)).replace("SITE", str(self.number))
        if not guard:
            return [done]
        if op.startswith("bra"):
            self._begin()
            return [f"if ({negated}r_{guard}) {done}", f"ENTER({len(self.blocks) - 1})"]
        return [f"if ({negated}r_{guard}) {{ {done} }}"]

    def _begin(self) -> None:
        """A basic block begins."""
        self.blocks.append(0)
        self.memory.append(0)

    def _branch(self, op: str, rest: str) -> str:
        if op in ("bra", "bra.uni"):
            return f"goto {name_of(rest)};"
        if op == "brx.idx":
            register, table = (x.strip() for x in rest.split(","))
            cases = " ".join(f"case {i}: goto {name_of(label)};" for i, label in enumerate(self.targets[table]))
            return f"switch ({bits_of(register)}) {{ {cases} default: abort(); }}"
        return "return;" if op == "ret" else ""


def _without_lists(body: str, targets: dict[str, list[str]]) -> str:
    """The body without its lists of branch targets, which are put where a branch by index looks for them."""
    lists = r"([$\w]+):\s*\.branchtargets([^;]*);"
    targets.update((name, [label.strip() for label in labels.split(",")]) for name, labels in re.findall(lists, body))
    return re.sub(lists, "", body)
