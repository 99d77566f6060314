"""Writes test/golden/safetensors/*: files by the format's own library, and what they hold in plain JSON.

Run by hand with Python 3.11, torch 2.13 and safetensors 0.8 (any later ones should give the same bytes):
    python test/golden/make_safetensors.py
The files are committed; the tests read them and never run this.
"""
import json
import pathlib

import safetensors
import torch
from safetensors.torch import save_file

here = pathlib.Path(__file__).parent / "safetensors"
here.mkdir(exist_ok=True)

floats = [0.0, -0.0, 1.0, -1.5, 1 / 3, 65504.0, 6e-8, 1e-5, 3.14159274, -2.0 ** -14, 0.1, 1e30]
f32 = torch.tensor(floats, dtype=torch.float32).reshape(3, 4)
halves = torch.tensor(floats[:-1] + [2.0], dtype=torch.float32).reshape(3, 4)

every_dtype = {
    "f64": torch.tensor([[0.1, -1e300], [5e-324, 2.0]], dtype=torch.float64),
    "f32": f32,
    "f16": halves.half(),
    "bf16": f32.bfloat16(),
    "i64": torch.tensor([0, -1, 2**31 - 1, -(2**31)], dtype=torch.int64),
    "i32": torch.tensor([[7], [-8]], dtype=torch.int32),
    "i16": torch.tensor([-32768, 32767, 3], dtype=torch.int16),
    "i8": torch.tensor([-128, 127, 0, 5, 6], dtype=torch.int8),
    "u8": torch.tensor([0, 255, 1], dtype=torch.uint8),
    "bool": torch.tensor([[True, False, True]]),
    "scalar": torch.tensor(2.5),
    "empty": torch.zeros(0, 3),
    "naïve.✓.𝄞": torch.tensor([1.0]),
    "10": torch.tensor([10.0]),
    "9": torch.tensor([9.0]),
    'quo"te\\': torch.tensor([1.0]),
}
save_file(every_dtype, str(here / "every-dtype.safetensors"), metadata={"made by": "safetensors, 'pt' \u2713"})

# What molt writes natively (f32, i32, bool): the bytes must be the same.
native = {
    "b.weight": f32,
    "a.weight": torch.arange(6, dtype=torch.float32).reshape(2, 3),
    "labels": torch.tensor([3, 1, 2], dtype=torch.int32),
    "mask": torch.tensor([True, False, True]),
    "f64": torch.tensor([0.1], dtype=torch.float64),
    "z.\uffee": torch.tensor([1.0]),
    "z.\U0001d11e": torch.tensor([2.0]),
}
save_file(native, str(here / "native.safetensors"), metadata={"step": "12"})
save_file({k: v.half() for k, v in {"w": halves}.items()}, str(here / "half.safetensors"))
save_file({"w": f32.bfloat16()}, str(here / "bfloat.safetensors"))


def plain(t: torch.Tensor):
    """Sizes, dtype and values (as doubles; exact for every dtype here)."""
    return {"dtype": str(t.dtype).removeprefix("torch."), "sizes": list(t.shape), "values": [float(x) for x in t.flatten().to(torch.float64)]}


expected = {"safetensors": safetensors.__version__, "every-dtype": {k: plain(v) for k, v in every_dtype.items()}, "native": {k: plain(v) for k, v in native.items()}}
(here / "expected.json").write_text(json.dumps(expected, indent=1, ensure_ascii=False) + "\n")
