#!/usr/bin/env python3
# requirements: torch==2.15.0 numpy==2.4.6 pillow==13.0.0 safetensors==0.8.0 fonttools==4.68.0
"""Trains emoji-faces.safetensors, the small DCGAN that Latent Loom opens first.

The pictures are made from the font file NotoColorEmoji.ttf (Debian package
fonts-noto-color-emoji); nothing is downloaded. Usual call, on a CPU:

    python train_emoji.py --work run --steps 12000 --out emoji-faces.safetensors

Training can be stopped at any time: the same call goes on from run/state.pt.
`--export-only` writes the checkpoint from that state without training.
"""
import argparse
import copy
import io
import math
import os
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from fontTools.ttLib import TTFont
from PIL import Image
from safetensors.torch import save_file

SIZE = 64

# ---------------------------------------------------------------- the pictures

ZWJ, VS16 = 0x200D, 0xFE0F
SKIN = set(range(0x1F3FB, 0x1F400))
WOMAN, MAN, PERSON, FEMALE, MALE = 0x1F469, 0x1F468, 0x1F9D1, 0x2640, 0x2642


def span(first, last, without=()):
    return [c for c in range(first, last + 1) if c not in without]


# Round faces: the yellow smileys and the cat faces.
ROUND = (span(0x1F600, 0x1F644, without=[0x1F636])
         + span(0x1F910, 0x1F917, without=[0x1F916])
         + span(0x1F920, 0x1F92F, without=[0x1F921, 0x1F926, 0x1F92F])
         + span(0x1F970, 0x1F97A, without=[0x1F973, 0x1F977, 0x1F978])
         + [0x1F9D0, 0x1F60E, 0x1FAE0, 0x1FAE1, 0x1FAE2, 0x1FAE4])
# Frontal animal faces and other creatures that fill the frame in the same way, but
# not the white ones (panda, rabbit, cow, ...): on white they taught it torn faces.
CREATURES = [0x1F42D, 0x1F42F, 0x1F431, 0x1F435, 0x1F436, 0x1F437, 0x1F438, 0x1F439,
             0x1F43A, 0x1F43B, 0x1F428, 0x1F981, 0x1F98A, 0x1F31A, 0x1F31D, 0x1F31E,
             0x1F383, 0x1F47F]
# Heads of people: alone, with a sign of gender, or with a profession or hair. Those
# with tools in the hand or with white hats on white are left out: a generator this
# small only makes blots of them.
HEADS = [0x1F466, 0x1F467, MAN, WOMAN, 0x1F472, 0x1F474, 0x1F475, 0x1F476,
         0x1F478, 0x1F934, 0x1F936, 0x1F385, 0x1F47C, PERSON, 0x1F9D2, 0x1F9D3,
         0x1F9D5, 0x1FAC5]
GENDERED = [0x1F46E, 0x1F471, 0x1F477, 0x1F482, 0x1F64D, 0x1F935,
            0x1F9D4]
ROLES = [0x2708, 0x1F384, 0x1F393, 0x1F4BC, 0x1F680, 0x1F692, 0x1F9B0, 0x1F9B1,
         0x1F9B2, 0x1F9B3]


def wanted_heads():
    for c in HEADS:
        yield frozenset([c])
    for c in GENDERED:
        yield from (frozenset([c]), frozenset([c, FEMALE]), frozenset([c, MALE]))
    for role in ROLES:
        yield from (frozenset([p, role]) for p in (PERSON, WOMAN, MAN))


def read_font(path):
    """The 128 x 128 middle of every chosen bitmap, on white, by group."""
    font = TTFont(path)
    bitmaps = font["CBDT"].strikeData[0]
    code_of = {}
    glyph_of = {}  # sequence of code points -> glyph
    for code, glyph in font.getBestCmap().items():
        code_of.setdefault(glyph, code)
        glyph_of[(code,)] = glyph
    for lookup in font["GSUB"].table.LookupList.Lookup:
        for table in lookup.SubTable:
            table = getattr(table, "ExtSubTable", table)
            for first, ligatures in getattr(table, "ligatures", {}).items():
                for lig in ligatures:
                    names = [first] + list(lig.Component)
                    if all(n in code_of for n in names):
                        glyph_of[tuple(code_of[n] for n in names)] = lig.LigGlyph

    def picture(glyph):
        rgba = Image.open(io.BytesIO(bitmaps[glyph].imageData)).convert("RGBA")
        white = Image.new("RGBA", rgba.size, "white")
        white.alpha_composite(rgba)
        left = (white.width - 128) // 2
        return white.convert("RGB").crop((left, 0, left + 128, 128))

    heads = set(wanted_heads())
    groups = {"round": {}, "creature": {}, "head": {}}
    for codes, glyph in sorted(glyph_of.items()):
        if glyph not in bitmaps:
            continue
        if len(codes) == 1 and codes[0] in ROUND:
            groups["round"][glyph] = picture(glyph)
        elif len(codes) == 1 and codes[0] in CREATURES:
            groups["creature"][glyph] = picture(glyph)
        else:
            # The font lists some sequences backwards, so compare as sets. More
            # than one skin tone means a couple; those are not heads.
            kept = [c for c in codes if c not in SKIN and c not in (ZWJ, VS16)]
            tones = sum(c in SKIN for c in codes)
            if tones <= 1 and len(set(kept)) == len(kept) and frozenset(kept) in heads:
                groups["head"][glyph] = picture(glyph)
    return {name: list(g.values()) for name, g in groups.items()}


def recolour(img, shift, saturation):
    """Turns the yellow and orange of a face to another hue; tongues, hearts and
    tears keep theirs."""
    hsv = np.array(img.convert("HSV"))
    h = hsv[..., 0].astype(np.int32)
    skin = (h >= 12) & (h <= 48)
    hsv[..., 0] = np.where(skin, (h + shift) % 256, h)
    hsv[..., 1] = np.where(skin, hsv[..., 1] * saturation, hsv[..., 1])
    return Image.fromarray(hsv, "HSV").convert("RGB")


def make_pool(groups, weights, count, rng, hue_share):
    """`count` varied pictures, N x 3 x 64 x 64 uint8. Tilt, size, place and hue
    are varied on purpose: the generator learns them as smooth directions."""
    pool = np.empty((count, SIZE, SIZE, 3), np.uint8)
    names = list(groups)
    for i in range(count):
        name = names[rng.choice(len(names), p=weights)]
        img = groups[name][rng.randint(len(groups[name]))]
        if name == "round" and rng.rand() < hue_share:
            img = recolour(img, rng.randint(16, 232), 0.8)
        if rng.rand() < 0.5:
            img = img.transpose(Image.FLIP_LEFT_RIGHT)
        if name != "head":
            # Heads end at the lower edge and so must stay where they are.
            turn = math.radians(rng.uniform(-9, 9))
            scale = rng.uniform(1.0, 1.12)
            dx, dy = rng.uniform(-3, 3, 2)
            c, s = math.cos(turn) * scale, math.sin(turn) * scale
            img = img.transform(
                img.size, Image.AFFINE,
                (c, s, 64 - c * (64 + dx) - s * (64 + dy),
                 -s, c, 64 + s * (64 + dx) - c * (64 + dy)),
                Image.BICUBIC, fillcolor="white")
        pool[i] = np.asarray(img.resize((SIZE, SIZE), Image.LANCZOS))
    return torch.from_numpy(np.ascontiguousarray(pool.transpose(0, 3, 1, 2)))


# ----------------------------------------------------------------- the networks

class Generator(nn.Module):
    """The layout and the names of the PyTorch DCGAN example, 64 x 64."""

    def __init__(self, nz, ngf):
        super().__init__()
        layers = []
        widths = [nz, ngf * 8, ngf * 4, ngf * 2, ngf, 3]
        for i, (a, b) in enumerate(zip(widths, widths[1:])):
            stride, pad = (1, 0) if i == 0 else (2, 1)
            layers.append(nn.ConvTranspose2d(a, b, 4, stride, pad, bias=False))
            if i < 4:
                layers += [nn.BatchNorm2d(b), nn.ReLU(True)]
        layers.append(nn.Tanh())
        self.main = nn.Sequential(*layers)
        for m in self.modules():
            if isinstance(m, nn.ConvTranspose2d):
                nn.init.normal_(m.weight, 0, 0.02)
            elif isinstance(m, nn.BatchNorm2d):
                nn.init.normal_(m.weight, 1, 0.02)

    def forward(self, z):
        return self.main(z[:, :, None, None])


class Discriminator(nn.Module):
    def __init__(self, ndf):
        super().__init__()
        widths = [3, ndf, ndf * 2, ndf * 4, ndf * 8]
        self.convs = nn.ModuleList(
            nn.Conv2d(a, b, 4, 2, 1) for a, b in zip(widths, widths[1:]))
        self.last = nn.Conv2d(ndf * 8 + 1, ndf * 8, 3, 1, 1)
        self.score = nn.Linear(ndf * 8 * 16, 1)
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, 0.2)
                nn.init.zeros_(m.bias)

    def forward(self, x):
        for conv in self.convs:
            x = F.leaky_relu(conv(x), 0.2)
        # How much the pictures of a group of 8 differ: keeps the generator varied.
        groups = x.float().reshape(-1, 8, *x.shape[1:])
        spread = (groups.var(1, correction=0) + 1e-6).sqrt().mean((1, 2, 3))
        spread = spread.repeat_interleave(8)[:, None, None, None]
        x = torch.cat([x, spread.expand(-1, 1, 4, 4).to(x.dtype)], 1)
        x = F.leaky_relu(self.last(x), 0.2)
        return self.score(x.flatten(1)).float().squeeze(1)


def augment(x, share):
    """Differentiable augmentation of what the discriminator sees, real and made
    alike, each kind on a `share` of the pictures. White is taken as zero, so that
    what moves in at the edge is background."""
    b = x.shape[0]

    def some():
        return (torch.rand(b, 1, 1, 1) < share).float()

    x = x + some() * (torch.rand(b, 1, 1, 1) - 0.5) * 0.6
    grey = x.mean(1, keepdim=True)
    x = grey + (x - grey) * (1 + some() * (torch.rand(b, 1, 1, 1) * 1.6 - 0.8))
    mean = x.mean((1, 2, 3), keepdim=True)
    x = mean + (x - mean) * (1 + some() * (torch.rand(b, 1, 1, 1) - 0.5) * 0.8)

    x = x - 1
    reach = SIZE // 8
    keep = some().long().view(b, 1)
    dx = torch.randint(-reach, reach + 1, (b, 1)) * keep
    dy = torch.randint(-reach, reach + 1, (b, 1)) * keep
    line = torch.arange(SIZE)[None]
    cols = (line + dx + reach).clamp(0, SIZE + 2 * reach - 1)
    rows = (line + dy + reach).clamp(0, SIZE + 2 * reach - 1)
    padded = F.pad(x, [reach] * 4).permute(0, 2, 3, 1)
    x = padded[torch.arange(b)[:, None, None], rows[:, :, None], cols[:, None, :]]
    return x.permute(0, 3, 1, 2) + 1


# --------------------------------------------------------- judging and exporting

def set_bn_statistics(gen, nz, batches=20, batch=250):
    """Averaged weights need batch-norm statistics of their own for eval mode."""
    for m in gen.modules():
        if isinstance(m, nn.BatchNorm2d):
            m.reset_running_stats()
            m.momentum = None  # plain mean over all batches
    gen.train()
    rng = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for _ in range(batches):
            gen(torch.randn(batch, nz, generator=rng))
    for m in gen.modules():
        if isinstance(m, nn.BatchNorm2d):
            m.momentum = 0.1
    return gen.eval()


def sort_latent_axes(gen, nz, points=80, step=0.3):
    """Turns the latent space so that slider 0 changes the picture most, slider 1
    the next most, and so on. N(0, 1) has no direction of its own, so a rotation
    folded into the first layer leaves the set of pictures as it was. The axes are
    the eigenvectors of the mean of J'J, J being d picture / d z."""
    rng = torch.Generator().manual_seed(2)
    total = torch.zeros(nz, nz, dtype=torch.float64)
    with torch.no_grad():
        for _ in range(points):
            z = torch.randn(1, nz, generator=rng)
            ends = torch.cat([z + step * torch.eye(nz), z - step * torch.eye(nz)])
            x = gen(ends).flatten(1)
            jac = ((x[:nz] - x[nz:]) / (2 * step)).double()
            total += jac @ jac.T / points
        values, vectors = torch.linalg.eigh(total)
        turn = vectors.T.flip(0).float()  # row i = old direction of new axis i
        w = gen.main[0].weight
        # sign: positive makes the picture warmer (redder, less blue) on average
        z = torch.randn(64, nz, generator=rng)
        for i in range(nz):
            d = gen(z + turn[i]) - gen(z - turn[i])
            if (d[:, 0] - d[:, 2]).mean() < 0:
                turn[i] = -turn[i]
        w.copy_(torch.einsum("ij,jokl->iokl", turn, w))
    return values.flip(0)


def seed_vectors(nz, seeds):
    return torch.from_numpy(np.concatenate(
        [np.random.RandomState(s).randn(1, nz) for s in seeds]).astype(np.float32))


def save_grid(x, path, columns=8, zoom=2):
    x = ((x.detach().float().clamp(-1, 1) + 1) * 127.5).round().byte()
    rows = x.shape[0] // columns
    x = x.reshape(rows, columns, 3, SIZE, SIZE).permute(0, 3, 1, 4, 2)
    img = Image.fromarray(x.reshape(rows * SIZE, columns * SIZE, 3).numpy())
    img.resize((img.width * zoom, img.height * zoom), Image.LANCZOS).save(path)


def export(ema, args, step):
    gen = set_bn_statistics(copy.deepcopy(ema).float(), args.nz)
    # Vectors far from the middle give the torn pictures. Scaling z is the usual
    # cure ("truncation"); done in the first layer it needs nothing of the program.
    with torch.no_grad():
        gen.main[0].weight.mul_(args.spread)
    values = sort_latent_axes(gen, args.nz)
    print("share of change by axis:",
          " ".join(f"{v:.3f}" for v in (values / values.sum()).tolist()))
    z = seed_vectors(args.nz, range(64))
    with torch.no_grad():
        save_grid(gen(z), os.path.join(args.work, "grid.png"))
        between = [z[i] + (z[i + 1] - z[i]) * t
                   for i in range(8) for t in np.linspace(0, 1, 10)]
        save_grid(gen(torch.stack(between)), os.path.join(args.work, "interp.png"), 10)
        axes = [z[args.first_seed].clone().index_fill(0, torch.tensor(k), v)
                for k in range(min(16, args.nz)) for v in np.linspace(-3, 3, 9)]
        save_grid(gen(torch.stack(axes)), os.path.join(args.work, "axes.png"), 9)
        picture = gen(z[:4])
    state = {k: v.contiguous() for k, v in gen.state_dict().items()}
    save_file(state, args.out, metadata={
        "architecture": "dcgan",
        "title": "Emoji faces",
        "licence": "Apache-2.0",
        "data": "Noto Color Emoji: font OFL-1.1, image sources Apache-2.0, (c) Google Inc.",
        "origin": "trained from scratch on bitmaps of NotoColorEmoji.ttf "
                  "(Debian fonts-noto-color-emoji 2.042) by train_emoji.py",
        "trained_by": "Latent Loom",
        "steps": str(step), "seed": str(args.seed), "spread": str(args.spread)})
    if args.reference:
        save_file({"z": z[:4].contiguous(), "image": picture.contiguous()}, args.reference)
    print("wrote", args.out)


# --------------------------------------------------------------------- training

def main():
    p = argparse.ArgumentParser(description=__doc__,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--font", default="/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf")
    p.add_argument("--work", default="run", help="folder for the state and the looks")
    p.add_argument("--out", default="emoji-faces.safetensors")
    p.add_argument("--reference", help="also write z and image of seeds 0 to 3 here")
    p.add_argument("--export-only", action="store_true")
    p.add_argument("--spread", type=float, default=0.9,
                   help="what z is multiplied by inside the written checkpoint")
    p.add_argument("--first-seed", type=int, default=0, help="seed of axes.png")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--steps", type=int, default=12000)
    p.add_argument("--minutes", type=float, default=1e9,
                   help="stop after so many minutes of training, if earlier than --steps")
    p.add_argument("--batch", type=int, default=32, help="a multiple of 8")
    p.add_argument("--pool", type=int, default=16000)
    p.add_argument("--nz", type=int, default=32)
    p.add_argument("--ngf", type=int, default=48)
    p.add_argument("--ndf", type=int, default=48)
    p.add_argument("--lr", type=float, default=2e-4, help="of the generator")
    p.add_argument("--lr-d", type=float, default=3e-4, help="of the discriminator")
    p.add_argument("--decay-from", type=float, default=0.6,
                   help="share of the steps (or minutes) after which the learning "
                        "rates fall, to a twentieth")
    p.add_argument("--r1", type=float, default=0.5)
    p.add_argument("--ema", type=float, default=0.999)
    p.add_argument("--augment", type=float, default=0.3,
                   help="share of augmented pictures at the start; then it adapts")
    p.add_argument("--hue-share", type=float, default=0.45)
    p.add_argument("--weights", type=float, nargs=3, default=[0.5, 0.14, 0.36],
                   help="shares of round faces, creatures, heads")
    p.add_argument("--look", type=int, default=500, help="steps between looks and saves")
    p.add_argument("--threads", type=int, default=2)
    args = p.parse_args()

    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    os.makedirs(args.work, exist_ok=True)
    cl = torch.channels_last
    gen = Generator(args.nz, args.ngf).to(memory_format=cl)
    dis = Discriminator(args.ndf).to(memory_format=cl)
    ema = copy.deepcopy(gen)
    g_opt = torch.optim.Adam(gen.parameters(), args.lr, (0.5, 0.99))
    d_opt = torch.optim.Adam(dis.parameters(), args.lr_d, (0.5, 0.99))
    state_path = os.path.join(args.work, "state.pt")
    step, seconds, share, certain = 0, 0.0, args.augment, 0.5
    if os.path.exists(state_path):
        s = torch.load(state_path, weights_only=True)
        for k, m in dict(gen=gen, dis=dis, ema=ema, g_opt=g_opt, d_opt=d_opt).items():
            m.load_state_dict(s[k])
        step, seconds, share = s["step"], s["seconds"], s.get("share", share)
        torch.manual_seed(args.seed + step)
        print("going on from step", step)
    if args.export_only:
        return export(ema, args, step)

    groups = read_font(args.font)
    print({k: len(v) for k, v in groups.items()})
    began = time.time()
    pool = make_pool(groups, args.weights, args.pool,
                     np.random.RandomState(args.seed), args.hue_share)
    print(f"{len(pool)} pictures in {time.time() - began:.0f} s", flush=True)
    save_grid(pool[:64].float() / 127.5 - 1, os.path.join(args.work, "real.png"))

    def fast():
        return torch.autocast("cpu", torch.bfloat16)

    sums, began, first, spent = np.zeros(4), time.time(), step, seconds
    done = step / args.steps
    while done < 1:
        fall = max(0.0, (done - args.decay_from) / (1 - args.decay_from))
        for opt, lr in ((g_opt, args.lr), (d_opt, args.lr_d)):
            opt.param_groups[0]["lr"] = lr * (1 - 0.95 * fall)

        real = pool[torch.randint(len(pool), (args.batch,))].float() / 127.5 - 1
        with fast():
            fake = gen(torch.randn(args.batch, args.nz)).float()

        # discriminator: non-saturating loss, R1 on the real pictures every 16 steps
        dis.requires_grad_(True)
        seen = torch.cat([augment(real, share), augment(fake.detach(), share)])
        seen = seen.contiguous(memory_format=cl)
        with fast():
            r, f = dis(seen).chunk(2)
        d_loss = F.softplus(-r).mean() + F.softplus(f).mean()
        d_opt.zero_grad(set_to_none=True)
        d_loss.backward()
        if step % 16 == 0:
            x = seen[:args.batch // 2].detach().requires_grad_(True)
            grad, = torch.autograd.grad(dis(x).sum(), x, create_graph=True)
            penalty = grad.square().sum((1, 2, 3)).mean()
            (penalty * (args.r1 / 2 * 16)).backward()
        d_opt.step()
        # As in StyleGAN2-ADA: augment more when the discriminator gets too sure
        # of the real pictures (it learns them by heart), less when it is unsure.
        certain += 0.02 * (r.sign().mean().item() - certain)
        if step % 16 == 15:
            share = min(0.6, max(0.05, share + math.copysign(0.005, certain - 0.6)))

        # generator
        dis.requires_grad_(False)
        with fast():
            g_loss = F.softplus(-dis(augment(fake, share).contiguous(memory_format=cl))).mean()
        g_opt.zero_grad(set_to_none=True)
        g_loss.backward()
        g_opt.step()

        with torch.no_grad():
            keep = min(args.ema, (step + 1) / (step + 10))
            for a, b in zip(ema.parameters(), gen.parameters()):
                a.lerp_(b, 1 - keep)
        step += 1
        spent = seconds + time.time() - began
        done = max(step / args.steps, spent / 60 / args.minutes)
        sums += [d_loss.item(), g_loss.item(), r.mean().item(), f.mean().item()]
        if step % 100 == 0:
            rate = (step - first) / (time.time() - began)
            print(f"{step} D {sums[0]/100:.3f} G {sums[1]/100:.3f} real {sums[2]/100:.2f} "
                  f"made {sums[3]/100:.2f} R1 {penalty.item():.4f} "
                  f"sure {certain:.2f} augment {share:.2f} {rate:.2f} steps/s", flush=True)
            sums[:] = 0
        if step % args.look == 0 or done >= 1:
            state = {k: m.state_dict() for k, m in
                     dict(gen=gen, dis=dis, ema=ema, g_opt=g_opt, d_opt=d_opt).items()}
            state.update(step=step, share=share, seconds=spent)
            torch.save(state, state_path + ".new")
            os.replace(state_path + ".new", state_path)
            look = set_bn_statistics(copy.deepcopy(ema), args.nz, 8)
            with torch.no_grad():
                save_grid(look(seed_vectors(args.nz, range(64))),
                          os.path.join(args.work, f"look_{step:06d}.png"))
    print(f"{step} steps, {spent / 60:.1f} minutes of training")
    export(ema, args, step)


if __name__ == "__main__":
    main()
