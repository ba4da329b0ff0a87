#!/usr/bin/env python3
"""Writes network.pkl and network-tf.pkl: the two forms of NVIDIA's pickles, as small as they can be (needs torch, numpy).

The classes that NVIDIA's programs pickle are stood in for by empty ones of the same names; pickle does the rest.
"""
import pathlib
import pickle
import sys
import types

import numpy
import torch

HERE = pathlib.Path(__file__).resolve().parent


def stand_in(path, **members):
    module = types.ModuleType(path)
    for name, member in members.items():
        member.__module__ = path
        member.__qualname__ = name
        setattr(module, name, member)
    sys.modules[path] = module
    return module


def _reconstruct_persistent_obj(meta):
    raise NotImplementedError


class Generator(torch.nn.Module):
    def __init__(self, **kwargs):
        super().__init__()
        self._init_kwargs = kwargs
        self.weight = torch.nn.Parameter(torch.arange(6.0).reshape(2, 3))
        self.register_buffer("scale", torch.tensor(0.5))

    def __reduce__(self):
        return _reconstruct_persistent_obj, ({"type": "class", "version": 6, "module_src": "# nothing",
                                              "class_name": "Generator", "state": dict(self.__dict__)},)


class Network:
    pass


class EasyDict(dict):
    pass


for path in ("torch_utils", "dnnlib", "dnnlib.tflib"):
    stand_in(path)
stand_in("torch_utils.persistence", _reconstruct_persistent_obj=_reconstruct_persistent_obj)
stand_in("dnnlib.util", EasyDict=EasyDict)
stand_in("dnnlib.tflib.network", Network=Network)


def tf_network(name, variables, **components):
    network = Network()
    network.__dict__.update(version=4, name=name, static_kwargs={"resolution": 8}, components=EasyDict(components),
                            build_module_src="# nothing", build_func_name=name, variables=variables)
    return network


with open(HERE / "network.pkl", "wb") as f:
    pickle.dump({"G": None, "G_ema": Generator(z_dim=4, mapping_kwargs=EasyDict(num_layers=2)),
                 "training_set_kwargs": {"resolution": 8}}, f)
with open(HERE / "network-tf.pkl", "wb") as f:
    synthesis = tf_network("G_synthesis", [("4x4/Const/const", numpy.arange(4, dtype=numpy.float32).reshape(1, 4))])
    pickle.dump((tf_network("G", [("lod", numpy.float32(0) + numpy.zeros(1, numpy.float32))]),
                 tf_network("D", [("lod", numpy.zeros(1, numpy.float32))]),
                 tf_network("Gs", [("lod", numpy.zeros(1, numpy.float32))], synthesis=synthesis)), f)
