#!/usr/bin/env python3
"""Writes files/: the same three directions of eight dimensions in the ways that other programs have, for direction_file_test.

    make_files.py                  needs numpy, torch and safetensors
"""
import csv
import pathlib

import numpy as np
import torch
from safetensors.numpy import save_file

folder = pathlib.Path(__file__).parent / "files"
table = np.random.RandomState(3).randn(3, 8)
table[0] /= np.linalg.norm(table[0])
table = table.astype(np.float32)
strengths = np.array([3.0, 2.0, 1.0], dtype=np.float32)
np.save(folder / "float32.npy", table)
np.save(folder / "float64_columns_first.npy", np.asfortranarray(table.astype(np.float64)))
np.save(folder / "float16_ganspace.npy", table.astype(np.float16).reshape(3, 1, 8))
np.save(folder / "one.npy", table[0])
np.save(folder / "seeds.npy", np.arange(5, 12))
np.save(folder / "big_endian.npy", table.astype(">f4"))
np.save(folder / "complex.npy", table.astype(np.complex64))
np.save(folder / "records.npy", np.zeros(3, dtype=[("a", "f4"), ("b", "i4")]))
save_file({"boundary": table[:1].copy()}, folder / "boundary.safetensors")
save_file({"directions": table, "strengths": strengths}, folder / "three.safetensors",
          metadata={"space": "w", "method": "pca", "layers": "2-5"})
torch.save({"directions": torch.from_numpy(table)}, folder / "three.pt")
with open(folder / "named.csv", "w", newline="") as file:
    rows = csv.writer(file)
    rows.writerow(["name"] + [f"w{i}" for i in range(8)])
    for name, row in zip(["smile", 'age, "old"', "Brille ü"], table):
        rows.writerow([name] + [repr(float(value)) for value in row])
np.savetxt(folder / "savetxt.csv", table, delimiter=",")
