#!/usr/bin/env python3
"""Writes reference.safetensors: what numpy computes of directions, for directions_test.

    latent-loom convert tests/data/oracle/stylegan2-ada-uncond/network.pkl net.safetensors
    make.py net.safetensors        needs numpy and safetensors

The principal axes are those of scikit-learn's PCA and of GANSpace (an SVD of centred samples); SeFa's are the eigenvectors
of A·Aᵀ of its utils.py. Signs are as numpy gives them.
"""
import pathlib
import re
import sys

import numpy as np
from safetensors.numpy import load_file, save_file

net = load_file(sys.argv[1])
SAMPLES, SEED, COUNT = 3000, 7, 6

z = np.random.RandomState(SEED).randn(SAMPLES, 32).astype(np.float32).astype(np.float64)
x = z / np.sqrt((z ** 2).mean(1, keepdims=True) + 1e-8)
layer = 0
while f"mapping.fc{layer}.weight" in net:
    weight = net[f"mapping.fc{layer}.weight"].astype(np.float64) * (0.01 / np.sqrt(x.shape[1]))
    x = x @ weight.T + net[f"mapping.fc{layer}.bias"] * 0.01
    x = np.where(x > 0, x, 0.2 * x) * np.sqrt(2)
    layer += 1
_, singular, axes = np.linalg.svd(x - x.mean(0), full_matrices=False)
out = {"pca": axes[:COUNT], "pca strengths": singular[:COUNT] / np.sqrt(SAMPLES - 1)}

affines = [net[f"synthesis.b4.conv1.affine.weight"]]
pixels = 8
while f"synthesis.b{pixels}.conv0.affine.weight" in net:
    affines += [net[f"synthesis.b{pixels}.{conv}.affine.weight"] for conv in ("conv0", "conv1")]
    pixels *= 2
for name, layers in (("sefa", affines), ("sefa 1-3", affines[1:4])):
    a = np.concatenate([weight.T for weight in layers], axis=1).astype(np.float64)
    a = a / np.linalg.norm(a, axis=0, keepdims=True)
    values, vectors = np.linalg.eigh(a @ a.T)
    out[name] = vectors[:, ::-1].T[:COUNT]
    out[name + " strengths"] = values[::-1][:COUNT]

save_file({key: np.ascontiguousarray(value, dtype=np.float32) for key, value in out.items()},
          pathlib.Path(__file__).parent / "reference.safetensors")
