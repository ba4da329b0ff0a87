#version 330 core
// A rectangle out of nothing but the vertex's number; device coordinates, y down.

uniform vec4 corners;      // left, top, right, bottom
uniform vec2 framebuffer;  // width, height

void main() {
  vec2 place = vec2((gl_VertexID & 1) == 0 ? corners.x : corners.z, (gl_VertexID & 2) == 0 ? corners.y : corners.w);
  vec2 clip = place / framebuffer * 2.0 - 1.0;
  gl_Position = vec4(clip.x, -clip.y, 0.0, 1.0);
}
