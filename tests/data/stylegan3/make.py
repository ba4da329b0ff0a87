#!/usr/bin/env python3
"""Writes the references of stylegan3_test: small networks of the original program and what they compute.

    make.py FOLDER      FOLDER is a clone of NVlabs/stylegan3. Needs torch, scipy and safetensors.

NAME.safetensors is the network, its options in the metadata as `latent-loom convert` writes them (bare.safetensors has
none); NAME.reference.safetensors has the inputs (z, c, transform) and the outputs: `ws`, `image`, both truncated at psi
0.6 on the first three layers, and `image transformed`.
"""
import pathlib
import re
import sys
import types
from unittest import mock

import torch
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).parent
for name in ("requests", "click"):
    sys.modules[name] = mock.MagicMock(__name__=name)
versions = types.ModuleType("pkg_resources")
versions.parse_version = lambda text: tuple(int(part) for part in re.findall(r"\d+", text)[:2])
sys.modules["pkg_resources"] = versions
sys.path.insert(0, sys.argv[1])
from training import networks_stylegan3  # noqa: E402

TRANSFORM = torch.tensor([[0.8, -0.6, 0.1], [0.6, 0.8, -0.2], [0.0, 0.0, 1.0]])


def flattened(prefix, value, metadata):
    if isinstance(value, dict):
        for key, member in value.items():
            flattened(f"{prefix}.{key}", member, metadata)
    else:
        metadata[prefix] = str(value)
    return metadata


def write(name, seed, told=True, **kwargs):
    torch.manual_seed(seed)
    network = networks_stylegan3.Generator(**kwargs).eval().requires_grad_(False)
    for key, value in list(network.named_parameters()) + list(network.named_buffers()):
        if key.endswith(".bias"):
            value.add_(0.2 * torch.randn_like(value))
        elif key.endswith("w_avg"):
            value.normal_(0, 0.5)
        elif key.endswith("magnitude_ema"):
            value.copy_(0.5 + torch.rand(()))
        elif key.endswith("input.affine.weight"):
            value.normal_()
    network.synthesis.input.transform.copy_(torch.tensor([[1.0, 0.0, 0.05], [0.0, 1.0, 0.1], [0.0, 0.0, 1.0]]))
    state = {key: value.contiguous().clone() for key, value in network.state_dict().items()}
    metadata = flattened("attributes.init_kwargs", kwargs, {"class": "training.networks_stylegan3.Generator"})
    save_file(state, HERE / f"{name}.safetensors", metadata if told else {})
    reference = {"z": torch.randn(2, kwargs["z_dim"]), "transform": TRANSFORM}
    c = None
    if kwargs["c_dim"]:
        reference["c"] = c = torch.rand(2, kwargs["c_dim"])
    reference["ws"] = network.mapping(reference["z"], c)
    reference["image"] = network.synthesis(reference["ws"])
    reference["ws truncated"] = network.mapping(reference["z"], c, truncation_psi=0.6, truncation_cutoff=3)
    reference["image truncated"] = network.synthesis(reference["ws truncated"])
    network.synthesis.input.transform.copy_(TRANSFORM)
    reference["image transformed"] = network.synthesis(reference["ws"])
    save_file({key: value.contiguous() for key, value in reference.items()}, HERE / f"{name}.reference.safetensors")


write("t", 1, z_dim=5, c_dim=0, w_dim=6, img_resolution=16, img_channels=3, channel_base=64, channel_max=9, num_layers=5,
      num_critical=1, margin_size=4, output_scale=0.5, conv_clamp=None, mapping_kwargs=dict(num_layers=3, lr_multiplier=0.1))
write("r-classes", 2, z_dim=4, c_dim=3, w_dim=6, img_resolution=32, img_channels=1, channel_base=48, channel_max=18,
      num_layers=6, conv_kernel=1, use_radial_filters=True, filter_size=4, lrelu_upsampling=3, first_cutoff=1.5,
      conv_clamp=0.5, mapping_kwargs=dict(num_layers=1))
write("bare", 3, told=False, z_dim=4, c_dim=0, w_dim=4, img_resolution=16, img_channels=3, channel_base=32, channel_max=5,
      num_layers=4)
