"""The kernel as PTX: numba types it and lowers it to LLVM, whose own back end for NVIDIA's machines writes the text."""

# mypy: ignore-errors
# (numba's compiler is untyped)

from __future__ import annotations

import contextlib
import hashlib
import re
from typing import Any

import llvmlite
import llvmlite.binding as llvm
import numba
from numba.core import types
from numba.core.compiler_lock import global_compiler_lock

from stress import compiled
from stress.digest import gpu_digest

from .constants import HEADER
from .panels import run_panels
from .stages import _typed_once

NAME = "stress_panels"
ARCHITECTURE = "sm_80"
"""The oldest that is meant: what runs there runs on all later ones, whose drivers translate the text."""
_FLOATS, _INTEGERS = types.CPointer(types.float64), types.CPointer(types.int64)
_SIGNATURE = types.void(
    *(_FLOATS, _FLOATS, _INTEGERS, _INTEGERS, HEADER, _FLOATS, _INTEGERS),
    *(types.int64, types.int64, types.int64, types.int64, types.uint64, types.int64, types.int64),
)
_FLOOR = """
define internal double @floor(double %x) alwaysinline {
  %y = call double @llvm.floor.f64(double %x)
  ret double %y
}
"""
_DECLARED = "declare double @llvm.floor.f64(double)\n"


def kept(architecture: str = ARCHITECTURE) -> str:
    """The text for an architecture, written by an earlier process of the same sources where one kept it."""
    folder = compiled.cache_directory()
    if folder is None:
        return ptx(architecture)
    key = f"{NAME} {gpu_digest()} {llvmlite.__version__} {numba.__version__} {architecture}".encode()
    path = folder / f"{NAME}-{hashlib.sha256(key).hexdigest()[:16]}.ptx"
    stored = compiled.read(path, key)
    if stored is not None:
        return stored.decode()
    text = ptx(architecture)
    with contextlib.suppress(OSError):
        compiled.write(path, key, text.encode())
    return text


def ptx(architecture: str = ARCHITECTURE, level: int = 3) -> str:
    """Text of the kernel for an architecture: optimised at a level of LLVM's, the same at every call."""
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    machine = llvm.Target.from_triple("nvptx64-nvidia-cuda").create_target_machine(cpu=architecture, opt=level)
    module = llvm.parse_assembly(_for_machine(machine, *lowered()))
    for function in module.functions:
        if not function.is_declaration and function.name != NAME:
            function.linkage = "internal"
            function.add_function_attribute("alwaysinline")
    for variable in module.global_variables:
        if not variable.is_declaration:
            variable.linkage = "internal"
    module.verify()
    tuning = llvm.create_pipeline_tuning_options(speed_level=level)
    tuning.loop_vectorization = tuning.slp_vectorization = False
    builder = llvm.create_pass_builder(machine, tuning)
    builder.getModulePassManager().run(module, builder)
    return str(machine.emit_assembly(module))


def lowered() -> tuple[str, str]:
    """LLVM text of the entry point with all its stages, and the entry's name in it."""
    with _typed_once():
        run_panels.compile(_SIGNATURE)
    overload = run_panels.overloads[_SIGNATURE.args]
    with global_compiler_lock:
        overload.library._ensure_finalized()
    return str(overload.library._final_module), overload.fndesc.llvm_func_name


def _for_machine(machine: Any, text: str, entry: str) -> str:
    """The text with the machine's layout of data, and the entry point as a kernel. Pieces that a CPU calls are inlined: a
    call would put what it gives back into memory."""
    text = re.sub(r"\bnoinline\b", "alwaysinline", text)
    text = re.sub(
        r'^target datalayout = ".*"$', f'target datalayout = "{machine.target_data}"', text, flags=re.MULTILINE
    )
    text = re.sub(r'^target triple = ".*"$', f'target triple = "{machine.triple}"', text, flags=re.MULTILINE)
    if "@floor(" in text:  # `math.floor` is the C library's elsewhere
        text = re.sub(r"^declare [^\n]*@floor\([^\n]*\n", "", text, flags=re.MULTILINE) + _FLOOR
        text += "" if "declare double @llvm.floor.f64(double" in text else _DECLARED
    arguments = ", ".join(
        f"{'ptr' if isinstance(a, types.CPointer | type(HEADER)) else 'i64'} %a{i}"
        for i, a in enumerate(_SIGNATURE.args)
    )
    return (
        text
        + f"""
define ptx_kernel void @{NAME}({arguments}) {{
  %result = alloca ptr
  %fault = alloca ptr
  %status = call i32 @"{entry}"(ptr %result, ptr %fault, {arguments})
  ret void
}}
"""
    )
