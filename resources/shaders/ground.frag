#version 330 core
// A plain or checkered ground.

uniform vec4 first;
uniform vec4 second;
uniform vec2 start;  // a corner of the board, device coordinates
uniform float cell;  // side of a square, device pixels; 0: plain
uniform vec2 framebuffer;  // width, height
out vec4 colour;

void main() {
  colour = first;
  if (cell > 0.0) {
    vec2 place = vec2(gl_FragCoord.x, framebuffer.y - gl_FragCoord.y);
    vec2 square = floor((place - start) / cell);
    colour = mod(square.x + square.y, 2.0) < 0.5 ? first : second;
  }
}
