#version 330 core
out vec4 colour;
void main() { colour = nothingOfThatName; }
