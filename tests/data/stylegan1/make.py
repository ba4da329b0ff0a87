#!/usr/bin/env python3
"""Writes the references of stylegan1_test: networks in the form of NVIDIA's TensorFlow pickles, and what such a network
computes, restated here operation by operation after training/networks_stylegan.py of NVlabs/stylegan (needs torch, numpy
and safetensors; TensorFlow is not asked for).

NAME.pkl is the tuple (G, D, Gs); NAME.reference.safetensors has z (and c), ws, image and both truncated at psi 0.6 on the
first three layers, noise as stored.
"""
import pathlib
import pickle
import sys
import types

import numpy
import torch
import torch.nn.functional as F
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).resolve().parent


def stand_in(path, **members):
    module = types.ModuleType(path)
    for name, member in members.items():
        member.__module__ = path
        member.__qualname__ = name
        setattr(module, name, member)
    sys.modules[path] = module


class Network:
    pass


class EasyDict(dict):
    pass


for package in ("dnnlib", "dnnlib.tflib"):
    stand_in(package)
stand_in("dnnlib.util", EasyDict=EasyDict)
stand_in("dnnlib.tflib.network", Network=Network)


def network(name, static, variables, **components):
    result = Network()
    result.__dict__.update(version=4, name=name, static_kwargs=EasyDict(static), components=EasyDict(components),
                           build_module_src="# nothing", build_func_name=name,
                           variables=[(key, value.numpy()) for key, value in variables.items()])
    return result


def same_padded_transpose(x, w):
    """tf.nn.conv2d_transpose of stride 2, 'SAME', w as rows x columns x out x in: the gradient of a convolution."""
    out = []
    for picture in x:
        probe = torch.zeros(1, w.shape[2], 2 * x.shape[2], 2 * x.shape[3], requires_grad=True)
        y = F.conv2d(probe, w.permute(3, 2, 0, 1), stride=2, padding=1)
        out.append(torch.autograd.grad(y, probe, picture[None])[0])
    return torch.cat(out)


class Net:
    def __init__(self, seed, widths, z_dim, w_dim, mapping_width, mapping_layers, channels, label_size, fused_from, blur, rate):
        self.__dict__.update(locals())
        torch.manual_seed(seed)
        self.mapping, self.synthesis = {}, {}
        fan = z_dim * (2 if label_size else 1)
        if label_size:
            self.mapping["LabelConcat/weight"] = torch.randn(label_size, z_dim)
        for i in range(mapping_layers):
            out = w_dim if i == mapping_layers - 1 else mapping_width
            self.mapping[f"Dense{i}/weight"] = torch.randn(fan, out) / rate
            self.mapping[f"Dense{i}/bias"] = torch.randn(out) / rate * 0.2
            fan = out
        s = self.synthesis
        s["lod"] = torch.zeros(())
        s["4x4/Const/const"] = torch.randn(1, widths[0], 4, 4)
        for i, width in enumerate(widths):
            side = 4 << i
            for number, layer in enumerate(("Const", "Conv") if i == 0 else ("Conv0_up", "Conv1")):
                scope = f"{side}x{side}/{layer}"
                before = widths[i - 1] if layer == "Conv0_up" else width
                if layer != "Const":
                    s[f"{scope}/weight"] = torch.randn(3, 3, before, width)
                s[f"{scope}/Noise/weight"] = 0.3 * torch.randn(width)
                s[f"{scope}/bias"] = 0.3 * torch.randn(width)
                s[f"{scope}/StyleMod/weight"] = torch.randn(w_dim, 2 * width)
                s[f"{scope}/StyleMod/bias"] = 0.3 * torch.randn(2 * width)
                s[f"noise{2 * i + number}"] = torch.randn(1, 1, side, side)
            s[f"ToRGB_lod{len(widths) - 1 - i}/weight"] = torch.randn(1, 1, width, channels)
            s[f"ToRGB_lod{len(widths) - 1 - i}/bias"] = 0.3 * torch.randn(channels)
        self.mean = 0.5 * torch.randn(w_dim)

    def map(self, z, c):
        x = torch.cat([z, c @ self.mapping["LabelConcat/weight"]], 1) if c is not None else z
        x = x / torch.sqrt((x * x).mean(1, keepdim=True) + 1e-8)
        for i in range(self.mapping_layers):
            weight = self.mapping[f"Dense{i}/weight"]
            x = x @ (weight * (2 / weight.shape[0]) ** 0.5 * self.rate) + self.mapping[f"Dense{i}/bias"] * self.rate
            x = torch.maximum(x, 0.2 * x)
        return x[:, None].repeat(1, 2 * len(self.widths), 1)

    def epilogue(self, x, scope, layer, ws):
        s = self.synthesis
        x = x + s[f"noise{layer}"] * s[f"{scope}/Noise/weight"].view(1, -1, 1, 1) + s[f"{scope}/bias"].view(1, -1, 1, 1)
        x = torch.maximum(x, 0.2 * x)
        x = x - x.mean((2, 3), keepdim=True)
        x = x / torch.sqrt((x * x).mean((2, 3), keepdim=True) + 1e-8)
        weight = s[f"{scope}/StyleMod/weight"]
        style = ws[:, layer] @ (weight / weight.shape[0] ** 0.5) + s[f"{scope}/StyleMod/bias"]
        style = style.view(-1, 2, x.shape[1], 1, 1)
        return x * (style[:, 0] + 1) + style[:, 1]

    def weight(self, scope, gain):
        weight = self.synthesis[f"{scope}/weight"]
        return weight * gain / numpy.prod(weight.shape[:-1]) ** 0.5

    def convolve(self, x, scope, gain=2 ** 0.5):
        weight = self.weight(scope, gain)
        return F.conv2d(x, weight.permute(3, 2, 0, 1), padding=weight.shape[0] // 2)

    def grow(self, x, scope, side):
        if side >= self.fused_from:
            w = F.pad(self.weight(scope, 2 ** 0.5).permute(0, 1, 3, 2), (0, 0, 0, 0, 1, 1, 1, 1))
            x = same_padded_transpose(x, w[1:, 1:] + w[:-1, 1:] + w[1:, :-1] + w[:-1, :-1])
        else:
            x = self.convolve(x.repeat_interleave(2, 2).repeat_interleave(2, 3), scope)
        if self.blur:
            taps = torch.tensor([1.0, 2.0, 1.0]) / 4
            x = F.conv2d(x, torch.outer(taps, taps).expand(x.shape[1], 1, 3, 3), padding=1, groups=x.shape[1])
        return x

    def synthesize(self, ws):
        for i in range(len(self.widths)):
            side = 4 << i
            if i == 0:
                x = self.synthesis["4x4/Const/const"].repeat(len(ws), 1, 1, 1)
                x = self.epilogue(x, "4x4/Const", 0, ws)
                x = self.epilogue(self.convolve(x, "4x4/Conv"), "4x4/Conv", 1, ws)
            else:
                scope = f"{side}x{side}/"
                x = self.epilogue(self.grow(x, scope + "Conv0_up", side), scope + "Conv0_up", 2 * i, ws)
                x = self.epilogue(self.convolve(x, scope + "Conv1"), scope + "Conv1", 2 * i + 1, ws)
        return self.convolve(x, "ToRGB_lod0", 1.0) + self.synthesis["ToRGB_lod0/bias"].view(1, -1, 1, 1)

    def write(self, name, **static):
        static = dict(resolution=4 << (len(self.widths) - 1), num_channels=self.channels, label_size=self.label_size, **static)
        with open(HERE / f"{name}.pkl", "wb") as f:
            parts = dict(mapping=network("G_mapping", static, self.mapping),
                         synthesis=network("G_synthesis", static, self.synthesis))
            top = {"lod": torch.zeros(()), "dlatent_avg": self.mean}
            other = network("D", static, {"lod": torch.zeros(())})
            pickle.dump((network("G", static, {"lod": torch.zeros(())}), other, network("Gs", static, top, **parts)), f)
        z = torch.randn(2, self.z_dim)
        c = F.one_hot(torch.tensor([1, 2]), self.label_size).float() if self.label_size else None
        ws = self.map(z, c)
        truncated = ws.clone()
        truncated[:, :3] = self.mean + 0.6 * (ws[:, :3] - self.mean)
        tensors = {"z": z, "ws": ws, "image": self.synthesize(ws), "ws truncated": truncated,
                   "image truncated": self.synthesize(truncated)}
        if c is not None:
            tensors["c"] = c
        save_file(tensors, HERE / f"{name}.reference.safetensors")


with torch.no_grad():
    torch.set_grad_enabled(True)
    Net(1, [6, 5, 4], 7, 6, 9, 3, 3, 0, 128, True, 0.01).write("tensorflow")
    Net(2, [4, 4, 3], 5, 6, 6, 2, 1, 4, 8, False, 0.02).write("tensorflow-classes", fused_scale=True, blur_filter=None,
                                                            mapping_lrmul=0.02)
