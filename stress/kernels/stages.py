"""Compile a stage to LLVM text only: it is optimised and turned into machine code once, inside the kernel that calls it.

Numba optimises and emits every function on its own, and again in each caller that inlines it. With stages nested four
deep that is most of the compile time. Where numba's insides differ from what this file knows, stages compile the
usual way.
"""

# mypy: ignore-errors
# (numba's extension points are untyped)

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator
from typing import Any

from numba import _dynfunc
from numba.core import compiler, typed_passes
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import register_pass
from numba.core.types.functions import BaseFunction


class _TextLibrary(JITCodeLibrary):  # type: ignore[misc]
    """A library that is only ever linked into another."""

    def add_ir_module(self, ir_module: Any) -> None:
        """As numba's; what is not to be inlined is not: LLVM would, a piece into each of its callers. Its stack begins
        where a vector of 512 bits may: else each one that is put aside can lie across two lines of the cache."""
        for function in ir_module.functions:
            function.attributes.alignstack = 64
            if not function.is_declaration and "alwaysinline" not in function.attributes:
                function.attributes.add("noinline")
        super().add_ir_module(ir_module)

    def _optimize_functions(self, ll_module: Any) -> None:
        ll_module.data_layout = self._codegen._data_layout

    def _optimize_final_module(self) -> None:
        """Left to the kernel."""

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()
        self._finalized = True


@register_pass(mutates_CFG=True, analysis_only=False)
class _TextLowering(typed_passes.NativeLowering):  # type: ignore[misc]
    _name = "stage_text_lowering"

    def run_pass(self, state: Any) -> bool:
        library = _TextLibrary(state.targetctx.codegen(), state.func_id.func_qualname)
        library.enable_object_caching()
        state.library = library
        state.flags.no_compile = True
        super().run_pass(state)
        lowered = state["cr"]

        name = state.func_id.func_qualname
        # the dispatcher's key for this overload; its address of 0 is never called, a stage has no Python face
        entry = _dynfunc.make_function(lowered.fndesc.lookup_module(), name, "stage", 0, lowered.env, (library,))
        state.targetctx.insert_user_function(entry, lowered.fndesc, [library])
        state.reload_init.extend(getattr(library, "_reload_init", ()))  # numba before 0.61 has none
        state["cr"] = lowered._replace(cfunc=entry)
        return True


class StageCompiler(CompilerBase):  # type: ignore[misc]
    """Numba's pipeline for compiled functions with its last pass exchanged."""

    def define_pipelines(self) -> list[Any]:
        """The one pipeline."""
        manager = DefaultPassBuilder.define_nopython_pipeline(self.state)
        manager.passes = [
            (_TextLowering, text) if kind is typed_passes.NativeLowering else (kind, text)
            for kind, text in manager.passes
        ]
        manager.finalize()
        return [manager]


class KernelCompiler(compiler.Compiler):  # type: ignore[misc]
    """Numba's compiler that types an operation once and lets the garbage collector rest: it would find nothing."""

    def compile_extra(self, func: Any) -> Any:
        """As numba's."""
        collecting = gc.isenabled()
        gc.disable()
        try:
            with _typed_once():
                return super().compile_extra(func)
        finally:
            if collecting:
                gc.enable()


@contextlib.contextmanager
def _typed_once() -> Iterator[None]:
    """Remember what an operation on some types comes to. Numba asks every template of `+` again at each `+` of a kernel,
    those of strings and dates among them: a third of the time."""
    ask = BaseFunction.get_call_type
    known: dict[Any, Any] = {}

    def remembered(self: Any, context: Any, args: Any, kws: Any) -> Any:
        if kws:
            return ask(self, context, args, kws)
        key = (id(self), args)
        if key not in known:
            known[key] = ask(self, context, args, kws), self  # kept, so that its id is not given to another
        return known[key][0]

    BaseFunction.get_call_type = remembered
    try:
        yield
    finally:
        BaseFunction.get_call_type = ask


def _known() -> bool:
    """Whether this numba has the parts that the pass stands on."""
    parts = (
        (JITCodeLibrary, "_optimize_functions"),
        (JITCodeLibrary, "_optimize_final_module"),
        (JITCodeLibrary, "_finalize_final_module"),
        (JITCodeLibrary, "_finalize_dynamic_globals"),
        (compiler.Flags, "no_compile"),
    )
    return all(hasattr(owner, name) for owner, name in parts)


PIPELINE: dict[str, Any] = {"pipeline_class": StageCompiler} if _known() else {}
"""What `jit.stage` hands to numba."""
