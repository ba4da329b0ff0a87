// Text from files, made fit for a terminal.
#pragma once

#include <string>

namespace loom::app {

/// Names and metadata of a file are foreign: an escape sequence in one could move the cursor, hide lines or retitle the
/// window. Control characters (C0, DEL, C1) and what is not UTF-8 come out as \xNN, a line feed too; beyond `longest`
/// bytes the text is cut, with "…" at the end.
std::string plainText(const std::string& text, std::size_t longest = 400);

}  // namespace loom::app
