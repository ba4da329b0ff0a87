#!/usr/bin/env python3
"""Writes the files of this folder with the real torch.save and safetensors (torch 2.15.0, safetensors 0.8.0, numpy 2).

    python3 make.py            # writes beside itself

The numbers follow from the formulas below, which tests/model/checkpoint/real_files_test.cpp has too.
"""
import collections
import os
import pathlib
import warnings

import numpy
import safetensors.torch
import torch

HERE = pathlib.Path(__file__).resolve().parent
warnings.simplefilter("ignore")

DTYPES = {"float16": torch.float16, "bfloat16": torch.bfloat16, "float32": torch.float32, "float64": torch.float64,
          "int8": torch.int8, "int16": torch.int16, "int32": torch.int32, "int64": torch.int64, "uint8": torch.uint8,
          "bool": torch.bool}


def dtypes():
    """i/4 - 2 for i in 0..23, as 2x3x4; whole numbers i for unsigned ones; i % 3 == 0 for bool."""
    ramp = torch.arange(24, dtype=torch.float64).reshape(2, 3, 4)
    found = {}
    for name, dtype in DTYPES.items():
        if dtype.is_floating_point:
            found[name] = (ramp / 4 - 2).to(dtype)
        elif dtype == torch.bool:
            found[name] = ramp % 3 == 0
        elif dtype == torch.uint8:
            found[name] = ramp.to(dtype)
        else:
            found[name] = (ramp - 12).to(dtype)
    return found


def specials():
    """Numbers at the edges: what float16 and bfloat16 do with zeros, subnormals, infinities and NaN."""
    values = [0.0, -0.0, 2.0 ** -24, -(2.0 ** -24), 2.0 ** -14, 65504.0, float("inf"), float("-inf"), float("nan"), 1 / 3]
    return {"half": torch.tensor(values, dtype=torch.float16), "brain": torch.tensor(values, dtype=torch.bfloat16),
            "double": torch.tensor(values, dtype=torch.float64)}


def views():
    ramp = torch.arange(48, dtype=torch.float32)
    shared = torch.arange(10, dtype=torch.float32)
    return {"transposed": ramp[:12].clone().reshape(3, 4).t(),
            "channels_last": ramp.clone().reshape(2, 3, 4, 2).contiguous(memory_format=torch.channels_last),
            "every_second": ramp.clone()[1::2],
            "whole": shared, "tail": shared[6:], "expanded": torch.tensor([5.0]).expand(3, 2),
            "scalar": torch.tensor(2.5), "empty": torch.zeros(0, 3), "one": torch.ones(1, 1)}


def training():
    state = collections.OrderedDict()
    state["main.0.weight"] = torch.arange(6, dtype=torch.float32).reshape(2, 3)
    state["main.0.bias"] = torch.nn.Parameter(torch.tensor([0.5, -0.5]))
    state._metadata = collections.OrderedDict([("", {"version": 1}), ("main.0", {"version": 1})])
    other = collections.OrderedDict([("main.0.weight", torch.full((1, 2), 7.0))])
    return {"epoch": 3, "loss": 0.25, "done": True, "name": "dcgan", "nothing": None, "sizes": (64, [3, 64.5]),
            "netG_state_dict": state, "netD_state_dict": other,
            "optimizer": {"state": {0: {"step": torch.tensor(4.0), "exp_avg": torch.ones(2)}},
                          "param_groups": [{"lr": 0.0002, "betas": (0.5, 0.999), "params": [0, 1]}]},
            "ema": {"shadow_params": [torch.tensor([1.0, 2.0]), torch.tensor([3.0])]}}


def arrays():
    """NumPy's, as training scripts leave them in their dictionaries."""
    ramp = numpy.arange(6, dtype=numpy.float32)
    return {"ramp": ramp.reshape(2, 3), "fortran": numpy.asfortranarray(ramp.reshape(2, 3)),
            "half": (ramp / 4).astype(numpy.float16), "long": numpy.array([-1, 2 ** 40]), "empty": numpy.zeros((0, 2)),
            "flags": numpy.array([True, False]), "loss": numpy.float64(0.1), "step": numpy.int64(2 ** 60),
            "rate": numpy.float32(0.25), "done": numpy.bool_(True)}


def wrapped():
    """Tensors that torch.save writes through other functions than usual."""
    tagged = torch.tensor([1.0, 2.0])
    tagged.origin = "somewhere"
    parameter = torch.nn.Parameter(torch.tensor([3.0]))
    parameter.origin = "elsewhere"
    return {"tagged": tagged, "parameter": parameter, "buffer": torch.nn.Buffer(torch.tensor([4.0])),
            "device": torch.device("cuda:1"), "size": torch.Size([2, 3]), "type": torch.float16, "few": {1, 2}}


class Chain(torch.nn.Module):
    def forward(self, x):
        return x * 2


def main():
    safetensors.torch.save_file(dtypes(), HERE / "dtypes.safetensors", metadata={"made by": "make.py", "nz": "100"})
    torch.save(dtypes(), HERE / "dtypes.pth")
    torch.save(dtypes(), HERE / "dtypes-legacy.pth", _use_new_zipfile_serialization=False)
    torch.save(specials(), HERE / "specials.pth")
    safetensors.torch.save_file(specials(), HERE / "specials.safetensors")
    torch.save(views(), HERE / "views.pth")
    torch.save(views(), HERE / "views-legacy.pth", _use_new_zipfile_serialization=False)
    for protocol in (2, 3, 4, 5):
        torch.save(training(), HERE / f"training-p{protocol}.pth", pickle_protocol=protocol)
        torch.save(training(), HERE / f"training-p{protocol}-legacy.pth", pickle_protocol=protocol,
                   _use_new_zipfile_serialization=False)
    torch.save(torch.tensor([[1.0, 2.0]]), HERE / "lone.pth")
    torch.save({"w": torch.zeros(2, dtype=torch.complex64)}, HERE / "complex.pth")
    for protocol in (2, 4, 5):
        torch.save(arrays(), HERE / f"arrays-p{protocol}.pth", pickle_protocol=protocol)
    torch.save(wrapped(), HERE / "wrapped.pth")
    torch.save({"w": torch.zeros(2, dtype=torch.uint16)}, HERE / "uint16.pth")
    torch.save({"w": torch.eye(2).to_sparse()}, HERE / "sparse.pth")
    torch.jit.script(Chain()).save(HERE / "torchscript.pt")
    for path in sorted(HERE.iterdir()):
        assert os.path.getsize(path) < 20000, path


if __name__ == "__main__":
    main()
