#!/usr/bin/env python3
"""Writes losses.safetensors: what PyTorch computes of losses, penalties and Adam, for gan_losses_test (needs torch)."""
import pathlib

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

torch.manual_seed(4)
real, fake = torch.randn(9) * 2, torch.randn(9) * 2
out = {"real": real, "fake": fake}
one, zero = torch.ones(9), torch.zeros(9)
out["D minimax"] = F.binary_cross_entropy_with_logits(real, one) + F.binary_cross_entropy_with_logits(fake, zero)
out["G minimax"] = -F.binary_cross_entropy_with_logits(fake, zero)
out["D non-saturating"] = out["D minimax"].clone()
out["G non-saturating"] = F.binary_cross_entropy_with_logits(fake, one)
out["D least-squares"] = 0.5 * (F.mse_loss(real, one) + F.mse_loss(fake, zero))
out["G least-squares"] = 0.5 * F.mse_loss(fake, one)
out["D hinge"] = torch.clamp(1 - real, min=0).mean() + torch.clamp(1 + fake, min=0).mean()
out["G hinge"] = -fake.mean()
out["D wasserstein"] = fake.mean() - real.mean()
out["G wasserstein"] = -fake.mean()

# A small D whose second derivatives are not zero.
weight = torch.randn(5, 12, dtype=torch.float32)
last = torch.randn(5)


def judge(x, w):
    return torch.tanh(x.flatten(1) @ w.t()) @ last


x, y, alpha = torch.randn(4, 3, 2, 2), torch.randn(4, 3, 2, 2), torch.rand(4)
out.update({"weight": weight, "last": last, "x": x, "y": y, "alpha": alpha})
for name in ("r1", "wgan-gp"):
    w = weight.clone().requires_grad_(True)
    if name == "r1":
        point = x.clone().requires_grad_(True)
        gradient, = torch.autograd.grad(judge(point, w).sum(), point, create_graph=True)
        penalty = gradient.flatten(1).square().sum(1).mean()
    else:
        point = (alpha.view(-1, 1, 1, 1) * x + (1 - alpha.view(-1, 1, 1, 1)) * y).requires_grad_(True)
        gradient, = torch.autograd.grad(judge(point, w).sum(), point, create_graph=True)
        penalty = ((gradient.flatten(1).norm(2, dim=1) - 1) ** 2).mean()
    penalty.backward()
    out[name], out[name + " gradient"] = penalty.detach(), w.grad.clone()

# Three steps of Adam on w² with changing rates.
w = torch.randn(7).requires_grad_(True)
out["adam begin"] = w.detach().clone()
adam = torch.optim.Adam([w], lr=0.1, betas=(0.5, 0.9))
for rate in (0.1, 0.05, 0.2):
    adam.param_groups[0]["lr"] = rate
    adam.zero_grad()
    (w ** 4).sum().backward()
    adam.step()
out["adam end"] = w.detach().clone()

# A spectral norm: the largest singular value.
matrix = torch.randn(6, 4, 3, 3)
out["spectral weight"] = matrix
out["spectral sigma"] = torch.linalg.matrix_norm(matrix.flatten(1), 2)
save_file({k: v.contiguous() for k, v in out.items()}, pathlib.Path(__file__).parent / "losses.safetensors")
