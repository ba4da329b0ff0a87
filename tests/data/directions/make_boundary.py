#!/usr/bin/env python3
"""Writes boundary.safetensors: examples, and what SciPy finds as the boundary between them, for example_directions_test.

    make_boundary.py               needs numpy, scipy and safetensors

The objective is scikit-learn's LogisticRegression(C=cost, class_weight="balanced") on places of mean 0 and of mean
variance 1, minimised by L-BFGS to its last digits. `projected` is InterFaceGAN's project_boundary of several conditions: the
normal without the span of `unchanged`, by least squares.
"""
import pathlib

import numpy as np
from safetensors.numpy import save_file
from scipy.optimize import minimize

DIM, N, M = 24, 45, 70
random = np.random.RandomState(11)
axis = random.randn(DIM)
axis /= np.linalg.norm(axis)
shape = np.diag(np.linspace(0.5, 2.0, DIM))
positives = (random.randn(N, DIM) @ shape + 1.2 * axis + 3.0).astype(np.float32)
negatives = (random.randn(M, DIM) @ shape - 1.2 * axis + 3.0).astype(np.float32)
unchanged = random.randn(3, DIM).astype(np.float32)
out = {"positives": positives, "negatives": negatives, "unchanged": unchanged}

raw = np.concatenate([positives, negatives]).astype(np.float64)
side = np.concatenate([np.ones(N), -np.ones(M)])
mean = raw.mean(0)
scale = np.sqrt(((raw - mean) ** 2).mean())
x = (raw - mean) / scale
for cost in (1.0, 0.01):
    weight = cost * np.where(side > 0, (N + M) / (2 * N), (N + M) / (2 * M))

    def objective(v):
        margin = side * (x @ v[:-1] + v[-1])
        slope = -weight * side / (1 + np.exp(margin))
        return (0.5 * v[:-1] @ v[:-1] + (weight * np.logaddexp(0, -margin)).sum(),
                np.append(v[:-1] + x.T @ slope, slope.sum()))

    v = np.zeros(DIM + 1)
    for _ in range(5):
        v = minimize(objective, v, jac=True, method="L-BFGS-B",
                     options={"maxiter": 100000, "maxfun": 1000000, "ftol": 0, "gtol": 1e-13, "maxcor": 50}).x
    assert np.abs(objective(v)[1]).max() < 1e-6
    length = np.linalg.norm(v[:-1])
    normal = v[:-1] / length
    out[f"normal {cost}"] = normal
    out[f"facts {cost}"] = np.array([v[-1] * scale / length - normal @ mean, np.std(raw @ normal, ddof=1)])
    if cost == 1.0:
        u = unchanged.astype(np.float64).T
        rest = normal - u @ np.linalg.lstsq(u, normal, rcond=None)[0]
        out["projected"] = rest / np.linalg.norm(rest)

save_file({key: np.ascontiguousarray(value, dtype=np.float32) for key, value in out.items()},
          pathlib.Path(__file__).parent / "boundary.safetensors")
