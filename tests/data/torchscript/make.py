# Writes the TorchScript archives of this folder and what PyTorch computes with them: python make.py (needs torch).
import torch
from torch import nn

torch.manual_seed(7)


class Deconvolutions(nn.Module):
    """z as N x D x 1 x 1, a tuple out, 16 x 16 RGB in [0, 1], a name for every layer that no known layout has."""

    def __init__(self):
        super().__init__()
        self.entry = nn.ConvTranspose2d(6, 8, 4)
        self.grow = nn.ConvTranspose2d(8, 4, 4, 2, 1)
        self.last = nn.ConvTranspose2d(4, 3, 4, 2, 1)

    def forward(self, z: torch.Tensor):
        x = torch.relu(self.entry(z))
        x = torch.relu(self.grow(x))
        return torch.sigmoid(self.last(x)), x


class Pictures(nn.Module):
    """An image-to-image network of any size."""

    def __init__(self):
        super().__init__()
        self.down = nn.Conv2d(3, 4, 3, 2, 1)
        self.up = nn.ConvTranspose2d(4, 3, 4, 2, 1)

    def forward(self, x: torch.Tensor):
        return torch.tanh(self.up(torch.relu(self.down(x))))


class TwoInputs(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 64)

    def forward(self, z: torch.Tensor, c: torch.Tensor):
        return self.layer(z) + c


class OneByOne(nn.Module):
    """As tracing leaves a network that was written for one picture."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 64)

    def forward(self, z: torch.Tensor):
        return torch.tanh(self.layer(z)).view(1, 1, 8, 8)


class NoPictures(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 7)

    def forward(self, z: torch.Tensor):
        return self.layer(z)


for name, module in [("deconvolutions", Deconvolutions()), ("pictures", Pictures()), ("two-inputs", TwoInputs()),
                     ("one-by-one", OneByOne()), ("no-pictures", NoPictures())]:
    torch.jit.script(module.eval()).save(name + ".ts")

# The inputs are told by a formula, so that no second file is needed: sin(0), sin(1), sin(2) ...
with torch.no_grad():
    wave = lambda *shape: torch.sin(torch.arange(torch.Size(shape).numel(), dtype=torch.float32)).view(shape)
    for name, x in [("deconvolutions", wave(2, 6, 1, 1)), ("pictures", wave(1, 3, 8, 8)), ("one-by-one", wave(1, 4))]:
        image = torch.jit.load(name + ".ts")(x)
        image = image[0] if isinstance(image, tuple) else image
        print(name, "sum %.6f first %.7f last %.7f" % (image.double().sum(), image.flatten()[0], image.flatten()[-1]))
