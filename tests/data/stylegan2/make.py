#!/usr/bin/env python3
"""Writes the references of stylegan2_test: small networks of the original programs and what they compute.

    make.py FOLDER      FOLDER holds clones of NVlabs/stylegan3 and rosinality/stylegan2-pytorch under their own names
                        (stylegan3, stylegan2-pytorch). Needs torch, numpy and safetensors.

NAME.safetensors is the network, its options in the metadata as `latent-loom convert` writes them;
NAME.reference.safetensors has the inputs (z, c) and the outputs: `ws`, `image`, and both truncated at psi 0.6 on the first
three layers where the network has a mean of w. Noise is the stored one.
"""
import pathlib
import re
import sys
import types
from unittest import mock

import numpy
import torch
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).parent
CLONES = pathlib.Path(sys.argv[1])
PSI, CUTOFF = 0.6, 3

# What the originals import and no forward pass on a CPU needs.
for name in ("requests", "click"):
    sys.modules[name] = mock.MagicMock(__name__=name)
versions = types.ModuleType("pkg_resources")
versions.parse_version = lambda text: tuple(int(part) for part in re.findall(r"\d+", text)[:2])
sys.modules["pkg_resources"] = versions
sys.path.insert(0, str(CLONES / "stylegan3"))
import dnnlib  # noqa: E402
import legacy  # noqa: E402
from training import networks_stylegan2  # noqa: E402


def randomise(network, seed):
    """Values that let every path show: noise that is heard, biases that are not 0, means that are not 0."""
    torch.manual_seed(seed)
    with torch.no_grad():
        for name, value in list(network.named_parameters()) + list(network.named_buffers()):
            if "noise" in name and value.dim() < 2:
                value.copy_(0.3 + 0.2 * torch.rand_like(value))
            elif name.endswith("w_avg"):
                value.normal_(0, 0.5)
            elif value.dim() == 1 and "filter" not in name:
                value.add_(0.3 * torch.randn_like(value))
    return network.eval().requires_grad_(False)


def flattened(prefix, value, metadata):
    if isinstance(value, dict):
        for key, member in value.items():
            flattened(f"{prefix}.{key}", member, metadata)
    else:
        metadata[prefix] = str(value)
    return metadata


def write(name, tensors, metadata, reference):
    save_file({key: value.contiguous().clone() for key, value in tensors.items()}, HERE / f"{name}.safetensors", metadata)
    save_file({key: value.contiguous().clone() for key, value in reference.items()},
              HERE / f"{name}.reference.safetensors")


def outputs(network, z, c):
    results = {"z": z}
    if c is not None:
        results["c"] = c
    results["ws"] = network.mapping(z, c)
    results["image"] = network.synthesis(results["ws"], noise_mode="const")
    if network.mapping.w_avg_beta is not None:
        results["ws truncated"] = network.mapping(z, c, truncation_psi=PSI, truncation_cutoff=CUTOFF)
        results["image truncated"] = network.synthesis(results["ws truncated"], noise_mode="const")
    return results


def nvidia(name, seed, count, **kwargs):
    network = randomise(networks_stylegan2.Generator(**kwargs), seed)
    z = torch.randn(count, kwargs["z_dim"])
    c = torch.rand(count, kwargs["c_dim"]) if kwargs["c_dim"] else None
    metadata = flattened("attributes.init_kwargs", kwargs, {"class": "training.networks_stylegan2.Generator"})
    write(name, network.state_dict(), metadata, outputs(network, z, c))


nvidia("orig", 1, 3, z_dim=7, c_dim=0, w_dim=12, img_resolution=16, img_channels=3, channel_base=96, channel_max=10,
       architecture="orig", resample_filter=[1, 2, 1], conv_clamp=0.6, mapping_kwargs=dict(num_layers=1))
nvidia("skip-separable", 2, 1, z_dim=5, c_dim=3, w_dim=9, img_resolution=16, img_channels=1, channel_base=64,
       channel_max=12, architecture="skip", resample_filter=[1, 4, 9, 16, 15, 8, 3, 2], conv_clamp=None, activation="swish",
       use_noise=False, mapping_kwargs=dict(num_layers=4, embed_features=4, layer_features=6, activation="tanh",
                                            lr_multiplier=0.1, w_avg_beta=None))
nvidia("resnet-square", 3, 2, z_dim=6, c_dim=2, w_dim=8, img_resolution=16, img_channels=3, channel_base=64, channel_max=8,
       architecture="resnet", resample_filter=[[1, 2, 0], [0, 4, 1], [1, 0, 3]], conv_clamp=0.8, activation="elu",
       kernel_size=5, mapping_kwargs=dict(num_layers=2, activation="relu"))
nvidia("skip-unfiltered", 4, 1, z_dim=4, c_dim=0, w_dim=4, img_resolution=8, img_channels=3, channel_base=40, channel_max=6,
       architecture="skip", resample_filter=[1], conv_clamp=None, activation="linear", kernel_size=1,
       mapping_kwargs=dict(num_layers=2, activation="linear"))
nvidia("one-block", 5, 2, z_dim=4, c_dim=0, w_dim=6, img_resolution=4, img_channels=3, channel_base=40, channel_max=6,
       resample_filter=[1, 3, 3, 1], mapping_kwargs=dict(num_layers=2))


def tensorflow(name, seed, static_kwargs, architecture):
    """A network as dnnlib.tflib pickles it, its variables drawn here and converted by the original's legacy.py."""
    generator = numpy.random.RandomState(seed)
    kwargs = dict(latent_size=6, dlatent_size=8, mapping_fmaps=7, resolution=16, num_channels=3, fmap_base=64, fmap_max=10,
                  mapping_layers=3, architecture=architecture, structure="auto", **static_kwargs)
    classes = static_kwargs.get("label_size", 0)
    width = {side: min(kwargs["fmap_base"] * 2 // side, kwargs["fmap_max"]) for side in (4, 8, 16)}
    variables = {"dlatent_avg": (8,), "lod": ()}

    def layer(path, kernel, fan_in, fan_out, noise=True):
        variables.update({path + "weight": (kernel, kernel, fan_in, fan_out), path + "bias": (fan_out,),
                          path + "mod_weight": (8, fan_in), path + "mod_bias": (fan_in,)})
        if noise:
            variables[path + "noise_strength"] = ()

    if classes:
        variables.update({"mapping/LabelEmbed/weight": (classes, 5), "mapping/LabelEmbed/bias": (5,)})
    for index, (fan_in, fan_out) in enumerate(((6 + (5 if classes else 0), 7), (7, 7), (7, 8))):
        variables.update({f"mapping/Dense{index}/weight": (fan_in, fan_out), f"mapping/Dense{index}/bias": (fan_out,)})
    variables["synthesis/4x4/Const/const"] = (1, width[4], 4, 4)
    layer("synthesis/4x4/Conv/", 3, width[4], width[4])
    variables["synthesis/noise0"] = (1, 1, 4, 4)
    for index, side in enumerate((8, 16)):
        path = f"synthesis/{side}x{side}/"
        layer(path + "Conv0_up/", 3, width[side // 2], width[side])
        layer(path + "Conv1/", 3, width[side], width[side])
        variables[f"synthesis/noise{2 * index + 1}"] = variables[f"synthesis/noise{2 * index + 2}"] = (1, 1, side, side)
        if architecture == "resnet":
            variables[path + "Skip/weight"] = (1, 1, width[side // 2], width[side])
    for side in (4, 8, 16) if architecture == "skip" else (16,):
        layer(f"synthesis/{side}x{side}/ToRGB/", 1, width[side], 3, noise=False)

    def draw(path, shape):
        scale = 100.0 if path.startswith("mapping/Dense") and path.endswith("weight") else 1.0 if len(shape) > 1 else 0.3
        return numpy.asarray(generator.randn(*shape) * scale, dtype=numpy.float32)

    arrays = {path: draw(path, shape) for path, shape in variables.items()}
    stub = dnnlib.EasyDict(version=4, static_kwargs=dnnlib.EasyDict(kwargs, label_fmaps=5), components={},
                           variables=list(arrays.items()))
    network = legacy.convert_tf_generator(stub).eval().requires_grad_(False)
    torch.manual_seed(seed)
    metadata = flattened("attributes.static_kwargs", stub.static_kwargs, {"class": "dnnlib.tflib.network.Network"})
    write(name, {path: torch.from_numpy(value) for path, value in arrays.items()}, metadata,
          outputs(network, torch.randn(2, 6), torch.rand(2, classes) if classes else None))


tensorflow("tensorflow-skip", 6, {"label_size": 3, "resample_kernel": [1, 2, 1], "mapping_lrmul": 0.02}, "skip")
tensorflow("tensorflow-resnet", 7, {"conv_clamp": 2.0, "nonlinearity": "relu"}, "resnet")


def rosinality(name, seed, n_mlp, size, style_dim, blur_kernel, stored_noise, mean):
    """Its widths stand in the program text: they are replaced there. Its compiled operators are not used on a CPU."""
    with mock.patch("torch.utils.cpp_extension.load", mock.MagicMock()):
        sys.path.insert(0, str(CLONES / "stylegan2-pytorch"))
        text = (CLONES / "stylegan2-pytorch" / "model.py").read_text()
        for pixels, width in ((4, 10), (8, 8), (16, 6)):
            text, found = re.subn(rf"\b{pixels}: 512,", f"{pixels}: {width},", text)
            assert found == 2  # of the generator and of the discriminator
        program = types.ModuleType("rosinality_model")
        exec(compile(text, "model.py", "exec"), program.__dict__)  # noqa: S102
    torch.manual_seed(seed)
    network = program.Generator(size, style_dim, n_mlp, blur_kernel=blur_kernel)
    randomise(network, seed)
    with torch.no_grad():
        for key, value in network.named_parameters():
            if key.endswith("noise.weight"):
                value.fill_(0.4)
    z = torch.randn(2, style_dim)
    state = {key: value for key, value in network.state_dict().items() if stored_noise or not key.startswith("noises.")}
    reference = {"z": z}
    noise = {"randomize_noise": False} if stored_noise else {"noise": [torch.zeros(1)] * network.num_layers}
    reference["image"], reference["ws"] = network([z], return_latents=True, **noise)
    if mean:
        state["latent_avg"] = 0.5 * torch.randn(style_dim)
        reference["image truncated"], reference["ws truncated"] = network(
            [z], return_latents=True, truncation=PSI, truncation_latent=state["latent_avg"], **noise)
    write(name, state, {}, reference)


rosinality("rosinality", 8, 3, 16, 9, [1, 2, 1], True, True)
rosinality("rosinality-early", 9, 1, 8, 6, [1, 3, 3, 1], False, False)
