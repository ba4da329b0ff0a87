"""Makes the pictures beside this script: one source, and what Pillow makes of its centre square.

  pip install pillow
  python make_resized.py
"""
import os, random
from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))
random.seed(5)
width, height = 61, 47
source = Image.new("RGB", (width, height))
source.putdata([
    ((x * 255 // width + random.randrange(60)) % 256, 255 * ((x // 3 + y // 3) % 2), random.randrange(256))
    for y in range(height) for x in range(width)])
source.save(os.path.join(HERE, "source.png"))
left = (width - height) // 2
square = source.crop((left, 0, left + height, height))
for resolution in (5, 16, 32, 47, 64):
    square.resize((resolution, resolution), Image.LANCZOS).save(os.path.join(HERE, f"rgb-{resolution}.png"))
    square.convert("L").resize((resolution, resolution), Image.LANCZOS).save(os.path.join(HERE, f"grey-{resolution}.png"))
