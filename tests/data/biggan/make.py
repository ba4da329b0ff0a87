#!/usr/bin/env python3
"""Writes the references of biggan_test: small networks of the original programs and what they compute.

    make.py FOLDER      FOLDER holds clones of ajbrock/BigGAN-PyTorch, huggingface/pytorch-pretrained-BigGAN and
                        kwotsin/mimicry under their own names. Needs torch and safetensors.

NAME.safetensors is the state_dict, NAME.reference.safetensors the inputs z and c and the output image.
"""
import pathlib
import sys
import types
from unittest import mock

import torch
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).parent
CLONES = pathlib.Path(sys.argv[1])


def stub(*names):
    """Modules that the originals import and that no forward pass needs."""
    for name in names:
        sys.modules[name] = mock.MagicMock(__name__=name, __path__=[])


def package(name, *parts):
    """A package whose own __init__ does not run: it would import everything else of the project."""
    module = types.ModuleType(name)
    module.__path__ = [str(CLONES.joinpath(*parts))]
    sys.modules[name] = module


def randomise(network, seed):
    torch.manual_seed(seed)
    state = network.state_dict()
    for name, value in state.items():
        if name.endswith(("mean", "means")):
            value.normal_(0, 0.3)
        elif name.endswith(("var", "vars")):
            value.uniform_(0.4, 1.6)
        elif name.endswith("accumulation_counter"):
            value.fill_(3)
        elif name.endswith("gamma"):
            value.fill_(0.7)
        elif name.endswith(("u0", "weight_u", "weight_v")) or "num_batches" in name or name.endswith("sv0"):
            continue
        elif ".bn" in name and name.endswith("gain.weight") or name.endswith("scale.weight_orig"):
            value.normal_(0, 0.2)
        elif value.dim() > 1:
            value.normal_(0, 1.2 / value[0].numel() ** 0.5)
        else:
            value.uniform_(-0.4, 0.4)
            if name.endswith(("gain", "b5.weight", "b7.weight", "bn.weight", "b1.weight", "b2.weight")):
                value.add_(1)
    for name, u in state.items():  # singular vectors that are near the true ones, not equal to them
        if name.endswith("weight_u"):
            matrix = state[name[:-1] + "orig"].flatten(1)
            v = torch.nn.functional.normalize(matrix.t() @ u, dim=0)
            u.copy_(torch.nn.functional.normalize(matrix @ v + 0.05 * torch.randn_like(u), dim=0))
            state[name[:-1] + "v"].copy_(v)
    return network.eval()


def round_to(dtype, network):
    """Weights that a file of `dtype` holds exactly."""
    network.load_state_dict({key: value.to(dtype).float() if value.is_floating_point() else value
                             for key, value in network.state_dict().items()})


def write(name, network, z, c, images, dtype=torch.float32):
    state = {key: value.to(dtype) if value.is_floating_point() else value for key, value in
             network.state_dict().items()}
    save_file({key: value.clone().contiguous() for key, value in state.items()}, HERE / f"{name}.safetensors")
    tensors = {"z": z, **images}
    if c is not None:
        tensors["c"] = c
    save_file({key: value.contiguous() for key, value in tensors.items()}, HERE / f"{name}.reference.safetensors")
    for key, image in images.items():
        print(f"{name} {key}: {tuple(image.shape)}, std {image.std():.3f}, "
              f"saturated {(image.abs() > 0.99).float().mean():.3f}")


def big_gan(module, stages, bottom, attention, **options):
    """stages: (in, out) channels for each doubling."""
    resolutions = [bottom << (i + 1) for i in range(len(stages))]
    arch = {"in_channels": [s[0] for s in stages], "out_channels": [s[1] for s in stages],
            "upsample": [True] * len(stages), "resolution": resolutions,
            "attention": {r: r in attention for r in resolutions}}
    with mock.patch.object(module, "G_arch", lambda ch, attention: {resolutions[-1]: arch}):
        return module.Generator(resolution=resolutions[-1], bottom_width=bottom, no_optim=True, skip_init=True,
                                **options)


def big_gans():
    sys.path.insert(0, str(CLONES / "BigGAN-PyTorch"))
    import BigGAN
    import BigGANdeep

    def embedded(name, network, seed):
        randomise(network, seed)
        z = torch.randn(2, network.dim_z)
        c = torch.eye(network.n_classes)[:2]
        c[1] = torch.linspace(0, 1, network.n_classes) / network.n_classes  # shares of classes
        write(name, network, z, c, {"image": network(z, c @ network.shared.weight)})

    network = big_gan(BigGAN, [(12, 12), (12, 8)], 5, [10], n_classes=4, dim_z=7, shared_dim=3, hier=False, mybn=True)
    for module in network.modules():
        if hasattr(module, "accumulate_standing"):
            module.accumulate_standing = True
    embedded("biggan-standing", network, 1)
    embedded("biggan-two-vectors", big_gan(BigGAN, [(8, 4), (4, 4), (4, 2)], 4, [], n_classes=3, dim_z=9, shared_dim=0,
                                           hier=True, num_G_SVs=2, num_G_SV_itrs=2), 2)
    network = randomise(big_gan(BigGAN, [(8, 8), (8, 6)], 4, [], n_classes=3, dim_z=5, G_shared=False,
                                G_param="plain"), 3)
    z, y = torch.randn(2, 5), torch.tensor([2, 0])
    write("biggan-embeddings", network, z, torch.eye(3)[y], {"image": network(z, y)})
    embedded("biggan-deep-narrow", big_gan(BigGANdeep, [(16, 8), (8, 4)], 3, [6], n_classes=3, dim_z=4, shared_dim=3,
                                           hier=True), 4)
    embedded("biggan-deep-three", big_gan(BigGANdeep, [(8, 8)] * 3, 2, [8], n_classes=2, dim_z=3, shared_dim=2,
                                          hier=True, G_depth=3), 5)


def hugging_face():
    stub("boto3", "requests", "botocore", "botocore.exceptions", "tqdm")
    package("pytorch_pretrained_biggan", "pytorch-pretrained-BigGAN", "pytorch_pretrained_biggan")
    from pytorch_pretrained_biggan.config import BigGANConfig
    from pytorch_pretrained_biggan.model import BigGAN
    layers = [(False, 16, 8), (True, 8, 4), (False, 4, 2), (True, 2, 1)]
    network = randomise(BigGAN(BigGANConfig(z_dim=3, channel_width=4, num_classes=5, layers=layers,
                                            attention_layer_position=2, n_stats=6)), 6)
    round_to(torch.float16, network)
    z, c = torch.randn(2, 3), torch.eye(5)[1:3]
    c[1] = torch.tensor([0.5, 0, 0, 0.25, 0.25])
    images = {f"image at {t}": network(z, c, t) for t in (1.0, 0.58, 0.6, 0.4)}
    write("hf-biggan", network, z, c, images, torch.float16)


def mimicry():
    package("torch_mimicry", "mimicry", "torch_mimicry")
    package("torch_mimicry.nets", "mimicry", "torch_mimicry", "nets")
    from torch_mimicry.nets.cgan_pd.cgan_pd_32 import CGANPDGenerator32
    from torch_mimicry.nets.sagan.sagan_128 import SAGANGenerator128
    from torch_mimicry.nets.sagan.sagan_32 import SAGANGenerator32
    from torch_mimicry.nets.sngan.sngan_48 import SNGANGenerator48
    from torch_mimicry.nets.wgan_gp.wgan_gp_32 import WGANGPGenerator32

    def plain(name, network, seed):
        z = torch.randn(2, randomise(network, seed).nz)
        write(name, network, z, None, {"image": network(z)})

    def conditional(name, network, seed, dtype=torch.float32):
        round_to(dtype, randomise(network, seed))
        z, y = torch.randn(2, network.nz), torch.tensor([1, 0])
        write(name, network, z, torch.eye(network.num_classes)[y], {"image": network(z, y)}, dtype)

    plain("mimicry-sngan", SNGANGenerator48(nz=5, ngf=24, bottom_width=3), 7)
    plain("mimicry-wgan-gp", WGANGPGenerator32(nz=6, ngf=8), 8)
    conditional("mimicry-cgan-pd", CGANPDGenerator32(num_classes=3, nz=4, ngf=8, bottom_width=2), 9)
    conditional("mimicry-sagan", SAGANGenerator32(num_classes=3, nz=4, ngf=16, bottom_width=2), 10)
    conditional("mimicry-sagan-long", SAGANGenerator128(num_classes=2, nz=4, ngf=32, bottom_width=1), 11,
                torch.float16)


with torch.no_grad():
    big_gans()
    hugging_face()
    mimicry()
