"""Small image-to-image networks of other sizes than the oracle's, and what PyTorch computes with them.

Writes NAME.safetensors beside this file: the network's tensors under "net.", an input "x" (and labels "c"), the outputs
"image" (eval mode) and, where norms store statistics, "image_instance" (the picture's own).
    python3 make_references.py          needs torch and safetensors
"""
import pathlib

import torch
from safetensors.torch import save_file
from torch import nn

HERE = pathlib.Path(__file__).parent


def norm_of(kind, channels):
    if kind == "batch":
        return nn.BatchNorm2d(channels)
    if kind == "instance":
        return nn.InstanceNorm2d(channels)
    if kind == "old instance":  # as PyTorch 0.3 stored it; its statistics were never used
        return nn.InstanceNorm2d(channels)
    if kind == "affine":
        return nn.InstanceNorm2d(channels, affine=True)
    return nn.Identity()


class Sum(nn.Module):
    """x + name(x)"""

    def __init__(self, name, layers):
        super().__init__()
        self.own = name
        self.add_module(name, nn.Sequential(*layers))

    def forward(self, x):
        return x + getattr(self, self.own)(x)


def resnet(inputs, outputs, width, norm, downs=2, blocks=1, dropout=False, zeros=False, resized=False):
    bias = "instance" in norm

    def block(dim):
        layers = []
        for part in range(2):
            layers += [] if zeros else [nn.ReflectionPad2d(1)]
            layers += [nn.Conv2d(dim, dim, 3, padding=1 if zeros else 0, bias=bias), norm_of(norm, dim)]
            if part == 0:
                layers += [nn.ReLU()] + ([nn.Dropout(0.5)] if dropout else [])
        return Sum("conv_block", layers)

    layers = [nn.ReflectionPad2d(3), nn.Conv2d(inputs, width, 7, bias=bias), norm_of(norm, width), nn.ReLU()]
    dim = width
    for _ in range(downs):
        layers += [nn.Conv2d(dim, dim * 2, 3, stride=2, padding=1, bias=bias), norm_of(norm, dim * 2), nn.ReLU()]
        dim *= 2
    layers += [block(dim) for _ in range(blocks)]
    for _ in range(downs):
        if resized:
            layers += [nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True), nn.ReflectionPad2d(1),
                       nn.Conv2d(dim, dim // 2, 3)]
        else:
            layers += [nn.ConvTranspose2d(dim, dim // 2, 3, stride=2, padding=1, output_padding=1, bias=bias)]
        dim //= 2
        layers += [norm_of(norm, dim), nn.ReLU()]
    layers += [nn.ReflectionPad2d(3), nn.Conv2d(dim, outputs, 7), nn.Tanh()]
    net = nn.Module()
    net.model = nn.Sequential(*layers)
    net.forward = net.model.forward
    return net


class UnetBlock(nn.Module):
    def __init__(self, outer, inner, norm, within=None, inputs=None, dropout=False):
        super().__init__()
        self.outermost = inputs is not None
        bias = norm == "instance"
        down = nn.Conv2d(inputs or outer, inner, 4, 2, 1, bias=bias)
        up = nn.ConvTranspose2d(inner * (2 if within else 1), outer, 4, 2, 1, bias=bias or self.outermost)
        if self.outermost:
            layers = [down, within, nn.ReLU(), up, nn.Tanh()]
        elif within:
            layers = [nn.LeakyReLU(0.2), down, norm_of(norm, inner), within, nn.ReLU(), up, norm_of(norm, outer)]
            layers += [nn.Dropout(0.5)] if dropout else []
        else:
            layers = [nn.LeakyReLU(0.2), down, nn.ReLU(), up, norm_of(norm, outer)]
        self.model = nn.Sequential(*layers)

    def forward(self, x):
        y = self.model(x)
        return y if self.outermost else torch.cat([x, y], 1)


def unet(inputs, outputs, width, norm, widths):
    block = None
    for outer, inner in reversed(list(zip(widths, widths[1:]))):
        block = UnetBlock(outer, inner, norm, block, dropout=True)
    net = nn.Module()
    net.model = UnetBlock(outputs, widths[0], norm, block, inputs=inputs)
    net.forward = net.model.forward
    return net


def stargan(width, labels, blocks, downs):
    layers = [nn.Conv2d(3 + labels, width, 7, 1, 3, bias=False), norm_of("affine", width), nn.ReLU()]
    dim = width
    for _ in range(downs):
        layers += [nn.Conv2d(dim, dim * 2, 4, 2, 1, bias=False), norm_of("affine", dim * 2), nn.ReLU()]
        dim *= 2
    for _ in range(blocks):
        part = lambda: [nn.Conv2d(dim, dim, 3, 1, 1, bias=False), norm_of("affine", dim)]
        layers += [Sum("main", part() + [nn.ReLU()] + part())]
    for _ in range(downs):
        layers += [nn.ConvTranspose2d(dim, dim // 2, 4, 2, 1, bias=False), norm_of("affine", dim // 2), nn.ReLU()]
        dim //= 2
    layers += [nn.Conv2d(dim, 3, 7, 1, 3, bias=False), nn.Tanh()]
    net = nn.Module()
    net.main = nn.Sequential(*layers)
    net.forward = lambda x, c: net.main(torch.cat([x, c[:, :, None, None].expand(-1, -1, *x.shape[2:])], 1))
    return net


def write(name, net, x, c=None, old=False):
    for key, value in net.state_dict().items():
        if value.is_floating_point():
            if key.endswith("running_var"):
                value.copy_(torch.rand_like(value) * 0.5 + 0.3)
            else:
                value.copy_(torch.randn_like(value) * 0.25)
                if key.endswith("weight") and value.dim() == 1:
                    value.add_(1)
    net.eval()
    arguments = (x,) if c is None else (x, c)
    tensors = {"net." + key: value for key, value in net.state_dict().items()}
    tensors["x"] = x
    if c is not None:
        tensors["c"] = c
    with torch.no_grad():
        tensors["image"] = net.forward(*arguments)
        norms = [module for module in net.modules() if isinstance(module, nn.BatchNorm2d)]
        if norms:
            for norm in norms:
                norm.train()
                norm.momentum = 0.0
            tensors["image_instance"] = torch.cat([net.forward(one) for one in x.split(1)])
    if old:
        for key, module in net.named_modules():
            if isinstance(module, nn.InstanceNorm2d):
                tensors[f"net.{key}.running_mean"] = torch.full((module.num_features,), 7.0)
                tensors[f"net.{key}.running_var"] = torch.full((module.num_features,), 9.0)
    save_file({key: value.contiguous() for key, value in tensors.items()}, HERE / f"{name}.safetensors")


def picture(channels, height, width, count=2):
    return torch.rand(count, channels, height, width) * 2 - 1


def main():
    torch.manual_seed(20)
    write("resnet-batch-zeros-dropout", resnet(3, 1, 3, "batch", blocks=2, dropout=True, zeros=True), picture(3, 12, 20))
    write("resnet-batch-zeros", resnet(1, 1, 2, "batch", zeros=True), picture(1, 12, 8))
    write("resnet-old-instance-dropout", resnet(1, 3, 4, "old instance", dropout=True), picture(1, 16, 12), old=True)
    write("resnet-resized", resnet(3, 3, 4, "instance", resized=True, blocks=3), picture(3, 16, 16))
    write("resnet-unnormed", resnet(3, 3, 2, "none", downs=3), picture(3, 24, 16))
    write("unet-instance", unet(1, 1, 4, "instance", [4, 6, 8]), picture(1, 16, 8))
    write("unet-batch", unet(3, 1, 3, "batch", [3, 5, 5, 6]), picture(3, 32, 48))
    write("unet-unnormed", unet(1, 3, 3, "none", [3, 5]), picture(1, 8, 8))
    write("stargan-two-labels", stargan(3, 2, 3, 1), picture(3, 10, 14), torch.tensor([[1.0, 0.0], [0.3, 1.0]]))


main()
