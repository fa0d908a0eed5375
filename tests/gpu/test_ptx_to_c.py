"""The translation of PTX: what it knows is as NVIDIA says, and what it does not know stops it."""

import ctypes
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import emulated
import ptx_to_c
import pytest

KERNEL = """
.visible .entry k(
	.param .u64 k_param_0
)
{
	.reg .pred 	%p<3>;
	.reg .b32 	%r<4>;
	.reg .b64 	%rd<9>;

	ld.param.b64 	%rd1, [k_param_0];
	mov.u32 	%r1, %laneid;
	cvt.u64.u32 	%rd2, %r1;
	shl.b64 	%rd3, %rd2, 3;
	add.s64 	%rd4, %rd1, %rd3;
	ld.global.b64 	%rd5, [%rd4];
INSTRUCTIONS
	st.global.b64 	[%rd4], %rd6;
	ret;
}
"""


def run(instructions: str, values: list[float], tmp_path: Path, race: bool = False) -> ctypes.CDLL:
    """Values of 32 lanes in place, after some instructions from %rd5 to %rd6."""
    library = ctypes.CDLL(str(emulated.compiled(KERNEL.replace("INSTRUCTIONS", instructions), tmp_path, race)))
    held = (ctypes.c_double * 32)(*values)
    watched = [(ctypes.c_int8 * 32)(*[-1] * 32) for _ in range(2)]
    for name, value in zip(("writer", "reader"), watched, strict=True):
        ctypes.c_uint64.in_dll(library, name).value = ctypes.addressof(value)
    ctypes.c_uint64.in_dll(library, "scratch_begin").value = ctypes.addressof(held)
    ctypes.c_uint64.in_dll(library, "scratch_end").value = ctypes.addressof(held) + 256
    library.run_warp((ctypes.c_uint64 * 1)(ctypes.addressof(held)), 0, 1, 32, 0, 0)
    values[:] = list(held)
    return library


LANES = [float(i) for i in range(32)]


def test_a_shuffle_brings_the_number_of_another_lane(tmp_path: Path) -> None:
    values = LANES.copy()
    half = "\tshfl.sync.bfly.b32 	{0}, {0}, 16, 31, -1;\n"
    run(
        "\tmov.b64 	{%r2, %r3}, %rd5;\n"
        + half.format("%r2")
        + half.format("%r3")
        + "\tmov.b64 	%rd6, {%r2, %r3};",
        values,
        tmp_path,
    )
    assert values == [float(i ^ 16) for i in range(32)]


def test_a_vote_is_of_all_lanes(tmp_path: Path) -> None:
    values = LANES.copy()
    test = "\tsetp.gt.f64 	%p1, %rd5, 0d403E000000000000;\n\tvote.sync.any.pred 	%p2, %p1, -1;\n"
    run(test + "\tselp.f64 	%rd6, 0d3FF0000000000000, %rd5, %p2;", values, tmp_path)
    assert values == [1.0] * 32


@pytest.mark.skipif(shutil.which("gcc") is None, reason="gcc compiles the emulated kernel")
def test_lanes_that_stand_apart_at_a_shuffle_are_seen(tmp_path: Path) -> None:
    apart = """
	setp.gt.u32 	%p1, %r1, 7;
	cvt.u32.u64 	%r2, %rd5;
	@%p1 bra 	$A;
	shfl.sync.idx.b32 	%r3, %r2, 0, 31, -1;
	bra.uni 	$B;
$A:
	shfl.sync.idx.b32 	%r3, %r2, 0, 31, -1;
$B:
	cvt.u64.u32 	%rd6, %r3;"""
    script = f"import sys; sys.path[:0] = {[str(Path(__file__).parent)]!r}\nimport pathlib, test_ptx_to_c as t\n"
    script += f"t.run({apart!r}, t.LANES.copy(), pathlib.Path({str(tmp_path)!r}))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "lanes apart" in done.stderr


def test_a_number_that_two_lanes_share_is_a_race(tmp_path: Path) -> None:
    shared = "\tst.global.b64 	[%rd1+8], %rd5;\n\tmov.b64 	%rd6, %rd5;"
    library = run(shared, LANES.copy(), tmp_path, race=True)
    assert ctypes.c_uint64.in_dll(library, "races").value > 0


@pytest.mark.parametrize(
    ("instruction", "of"),
    [
        ("fma.rn.f64 	%rd6, %rd5, %rd5, 0dBFF0000000000000;", lambda x: x * x - 1.0),
        ("min.f64 	%rd6, %rd5, 0d4008000000000000;", lambda x: min(x, 3.0)),
        ("max.f64 	%rd6, %rd5, 0d4008000000000000;", lambda x: max(x, 3.0)),
        ("cvt.rmi.f64.f64 	%rd6, %rd5;", lambda x: float(x // 1)),
        ("neg.f64 	%rd6, %rd5;", lambda x: -x),
    ],
)
def test_an_instruction_does_what_it_says(instruction: str, of: object, tmp_path: Path) -> None:
    values = LANES.copy()
    run("\t" + instruction, values, tmp_path)
    assert [struct.pack("d", v) for v in values] == [struct.pack("d", of(x)) for x in LANES]


@pytest.mark.parametrize(
    "instruction",
    [
        "add.f64 	%rd6, %rd5, %rd5;",
        "fma.rz.f64 	%rd6, %rd5, %rd5, %rd5;",
        "ld.local.b64 	%rd6, [%rd1];",
        "sqrt.approx.f64 	%rd6, %rd5;",
        "call.uni 	(%rd6), f, (%rd5);",
        "shfl.sync.bfly.b32 	%r2, %r1, 16, 31, 255;",
    ],
)
def test_what_could_move_a_bit_stops_it(instruction: str) -> None:
    with pytest.raises(ptx_to_c.Unknown):
        ptx_to_c.translate(KERNEL.replace("INSTRUCTIONS", instruction))
