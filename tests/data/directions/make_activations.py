#!/usr/bin/env python3
"""Writes activations.safetensors: GANSpace's directions of two networks' layers, for directions_test.

    make_activations.py        needs numpy, torch and safetensors

As decomposition.py of GANSpace has it, without its batches: principal axes of the centred activations, the latents by least
squares from the coordinates along them, each row to length 1. Signs are as numpy gives them.
"""
import pathlib

import numpy as np
import torch
from safetensors.numpy import save_file

here = pathlib.Path(__file__).parent
oracle = here.parent / "oracle"
SAMPLES, SEED, COUNT = 300, 5, 4
out = {}


def take(name, z, activations):
    y = activations.reshape(len(z), -1).double().numpy()
    y = y - y.mean(0)
    _, singular, axes = np.linalg.svd(y, full_matrices=False)
    deviations = singular[:COUNT] / np.sqrt(SAMPLES - 1)
    places = y @ axes[:COUNT].T / deviations
    directions = np.linalg.lstsq(places, z.double().numpy(), rcond=None)[0]
    out[name] = (directions / np.linalg.norm(directions, axis=1, keepdims=True)).astype(np.float32)
    out[name + " strengths"] = deviations.astype(np.float32)


def latents(size):
    return torch.from_numpy(np.random.RandomState(SEED).randn(SAMPLES, size).astype(np.float32))


def weights(folder, name):
    return torch.load(oracle / folder / name, map_location="cpu", weights_only=True)


with torch.inference_mode():
    net = weights("vanilla-mlp", "generator.pth")
    z = latents(net["0.weight"].shape[1])
    x = torch.nn.functional.leaky_relu(torch.nn.functional.linear(z, net["0.weight"], net["0.bias"]), 0.2)
    x = torch.nn.functional.leaky_relu(torch.nn.functional.linear(x, net["2.weight"], net["2.bias"]), 0.2)
    take("mlp 3", z, x)

    net = weights("dcgan-tutorial", "netG.pth")
    z = latents(net["main.0.weight"].shape[0])
    x = z[:, :, None, None]
    for conv, norm, step in ((0, 1, 1), (3, 4, 2)):
        x = torch.nn.functional.conv_transpose2d(x, net[f"main.{conv}.weight"], stride=step, padding=step - 1)
        x = torch.nn.functional.batch_norm(x, *(net[f"main.{norm}.{part}"] for part in ("running_mean", "running_var", "weight", "bias")))
        x = torch.relu(x)
    take("dcgan 5", z, x)

save_file({key: np.ascontiguousarray(value) for key, value in out.items()}, here / "activations.safetensors")
