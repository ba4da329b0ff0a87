#!/usr/bin/env python3
"""Writes style.safetensors: what the original programs compute of the parts of a StyleGAN2 training, for style_training_test.

    make_style_reference.py STYLEGAN3 DIFFAUGMENT      clones of NVlabs/stylegan3 and mit-han-lab/data-efficient-gans.
                                                       Needs torch, scipy and safetensors.
"""
import pathlib
import re
import sys
import types
from unittest import mock

import torch
from safetensors.torch import save_file

for name in ("requests", "click"):
    sys.modules[name] = mock.MagicMock(__name__=name)
versions = types.ModuleType("pkg_resources")
versions.parse_version = lambda text: tuple(int(part) for part in re.findall(r"\d+", text)[:2])
sys.modules["pkg_resources"] = versions
sys.path[:0] = sys.argv[1:3]
import DiffAugment_pytorch  # noqa: E402
from training import augment, networks_stylegan2  # noqa: E402

torch.manual_seed(11)
out = {}

# D: its weights, scores, the squared gradient of R1 and what that asks of one weight; with classes and without.
for name, classes, channels in (("D", 0, 3), ("D classes", 3, 1)):
    network = networks_stylegan2.Discriminator(
        c_dim=classes, img_resolution=16, img_channels=channels, channel_base=16 * 4, channel_max=8, num_fp16_res=0,
        mapping_kwargs={"num_layers": 8})
    for key, parameter in network.named_parameters():
        if "bias" in key:
            torch.nn.init.normal_(parameter, std=0.3)
        out[f"{name}.{key}"] = parameter.detach().clone()
    x = torch.randn(8, channels, 16, 16).requires_grad_(True)
    c = torch.eye(max(1, classes))[torch.arange(8) % max(1, classes)] if classes else torch.zeros(8, 0)
    scores = network(x, c)
    gradient, = torch.autograd.grad(scores.sum(), x, create_graph=True)
    r1 = gradient.square().sum([1, 2, 3]).mean()
    r1.backward()
    out.update({f"{name} x": x.detach(), f"{name} scores": scores.detach().squeeze(1), f"{name} r1": r1.detach(),
                f"{name} r1 gradient": network.b16.conv0.weight.grad.clone()})

# Path lengths and their penalty with the gradient that it gives to two weights. The noise inputs are off.
network = networks_stylegan2.Generator(z_dim=6, c_dim=0, w_dim=6, img_resolution=8, img_channels=3, channel_base=64,
                                       channel_max=8, num_fp16_res=0, mapping_kwargs={"num_layers": 2})
for key, value in list(network.named_parameters()) + list(network.named_buffers()):
    out[f"G.{key}"] = value.detach().clone()
z = torch.randn(4, 6)
ws = network.mapping(z, None)
picture = network.synthesis(ws, noise_mode="none", fused_modconv=False)
noise = torch.randn_like(picture)
along = (picture * noise / (8 * 8) ** 0.5).sum()
gradient, = torch.autograd.grad(along, ws, create_graph=True)
lengths = gradient.square().sum(2).mean(1).sqrt()
mean = torch.tensor(0.7).lerp(lengths.mean(), 0.01)
penalty = (lengths - mean).square().mean()
penalty.backward()
out.update({"path z": z, "path noise": noise, "path picture": picture.detach(), "path lengths": lengths.detach(),
            "path mean": mean.detach(), "path penalty": penalty.detach(),
            "path gradient conv": network.synthesis.b8.conv0.weight.grad.clone(),
            "path gradient mapping": network.mapping.fc1.weight.grad.clone()})

# ADA: pictures, what becomes of them, and a gradient of a gradient through it.
pipe = augment.AugmentPipe(xflip=1, rotate90=1, xint=1, scale=1, rotate=1, aniso=1, xfrac=1, brightness=1, contrast=1,
                           lumaflip=1, hue=1, saturation=1)
for channels in (1, 3):
    x = torch.rand(2, channels, 16, 24) * 2 - 1
    out[f"ada {channels}"] = x
    for percentile in (0.3, 0.65):
        point = x.clone().requires_grad_(True)
        made = pipe(point, debug_percentile=percentile)
        gradient, = torch.autograd.grad((made ** 3).sum(), point, create_graph=True)
        gradient.square().sum().backward()
        out[f"ada {channels} at {percentile}"] = made.detach()
        out[f"ada {channels} at {percentile} gradient"] = point.grad.clone()

# DiffAugment, with what it drew.
x = torch.rand(5, 3, 16, 16) * 2 - 1
rands, randints = [], []
rand, randint = torch.rand, torch.randint


def kept(draw, into):
    def call(*arguments, **named):
        into.append(draw(*arguments, **named))
        return into[-1]
    return call


with mock.patch.object(torch, "rand", kept(rand, rands)), mock.patch.object(torch, "randint", kept(randint, randints)):
    made = DiffAugment_pytorch.DiffAugment(x, policy="color,translation,cutout")
out.update({"diff": x, "diff made": made})
for name, value in zip(("brightness", "saturation", "contrast"), rands):
    out[f"diff {name}"] = value.flatten()
out["diff shift"] = torch.stack([randints[0].flatten(), randints[1].flatten()], 1)
out["diff hole"] = torch.stack([randints[2].flatten(), randints[3].flatten()], 1)

save_file({key: value.contiguous() for key, value in out.items()}, pathlib.Path(__file__).parent / "style.safetensors")
