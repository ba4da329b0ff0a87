#version 330 core
// The picture: sampled plainly or by Catmull-Rom, cut out of a rectangle with rounded corners.

const int samplePlain = 0;  // as the sampler says, at `level`
const int sampleCatmullRom = 1;

uniform sampler2D pixels;
uniform vec4 picture;  // left, top, width, height; device coordinates
uniform float radius;  // of the corners, device pixels
uniform int sampling;
uniform float level;   // 0: the picture itself; n: halved n times
uniform vec2 framebuffer;  // width, height
out vec4 colour;

// Catmull-Rom weighs 4 x 4 pixels. The two in the middle of each axis have weights above zero, so one bilinear fetch
// between them, shifted by their ratio, stands for both; that leaves 3 x 3 fetches. Those in the corners weigh at most
// 0.5 % each: they are left out and the rest made to sum to one. Five fetches, which two cores without a GPU can afford.
vec3 catmullRom(vec2 at) {
  vec2 size = vec2(textureSize(pixels, 0));
  vec2 texel = at * size;
  vec2 base = floor(texel - 0.5) + 0.5;
  vec2 t = texel - base;

  vec2 before = t * (-0.5 + t * (1.0 - 0.5 * t));
  vec2 here = 1.0 + t * t * (1.5 * t - 2.5);
  vec2 next = t * (0.5 + t * (2.0 - 1.5 * t));
  vec2 after = t * t * (0.5 * t - 0.5);
  vec2 middle = here + next;

  vec2 atBefore = (base - 1.0) / size;
  vec2 atMiddle = (base + next / middle) / size;
  vec2 atAfter = (base + 2.0) / size;

  float left = before.x * middle.y;
  float right = after.x * middle.y;
  float above = middle.x * before.y;
  float below = middle.x * after.y;
  float centre = middle.x * middle.y;
  vec3 sum = centre * textureLod(pixels, atMiddle, 0.0).rgb;
  sum += left * textureLod(pixels, vec2(atBefore.x, atMiddle.y), 0.0).rgb;
  sum += right * textureLod(pixels, vec2(atAfter.x, atMiddle.y), 0.0).rgb;
  sum += above * textureLod(pixels, vec2(atMiddle.x, atBefore.y), 0.0).rgb;
  sum += below * textureLod(pixels, vec2(atMiddle.x, atAfter.y), 0.0).rgb;
  return clamp(sum / (centre + left + right + above + below), 0.0, 1.0);
}

// How much of the pixel at `where` lies within the rounded rectangle, by the distance to its edge.
float coverage(vec2 where) {
  vec2 middle = picture.xy + 0.5 * picture.zw;
  vec2 beyond = abs(where - middle) - 0.5 * picture.zw + radius;
  float distance = length(max(beyond, 0.0)) + min(max(beyond.x, beyond.y), 0.0) - radius;
  return clamp(0.5 - distance, 0.0, 1.0);
}

void main() {
  // Exact, where an interpolated place would be off by hundredths of a pixel on some drivers.
  vec2 place = vec2(gl_FragCoord.x, framebuffer.y - gl_FragCoord.y);
  vec2 at = (place - picture.xy) / picture.zw;
  vec3 shown = sampling == sampleCatmullRom ? catmullRom(at) : textureLod(pixels, at, level).rgb;
  colour = vec4(shown, coverage(place));
}
