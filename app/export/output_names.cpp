#include "app/export/output_names.h"

#include <regex>
#include <set>

namespace loom::app {
namespace {

namespace fs = std::filesystem;

bool endsInSlash(const std::string& pattern) { return !pattern.empty() && fs::path(pattern).filename().empty(); }

bool isFolder(const std::string& pattern) {
  std::error_code ignored;
  return endsInSlash(pattern) || fs::is_directory(pattern, ignored);
}

std::string padded(std::uint64_t number, std::size_t width) {
  std::string digits = std::to_string(number);
  return digits.size() < width ? std::string(width - digits.size(), '0') + digits : digits;
}

/// A name taken apart once: text, number, text, number …
struct Piece {
  enum class Kind { Text, Seed, Index, Either } kind = Kind::Text;
  std::string text;
  std::size_t width = 0;  // of a number, filled up with zeros
};

std::vector<Piece> piecesOf(const std::string& pattern) {
  static const std::regex kNumber(R"(\{seed\}|\{index\}|%(0([1-9]))?d)");
  std::vector<Piece> pieces;
  auto last = pattern.cbegin();
  for (std::sregex_iterator it(pattern.begin(), pattern.end(), kNumber), end; it != end; ++it) {
    pieces.push_back({Piece::Kind::Text, std::string(last, (*it)[0].first), 0});
    const std::string found = it->str();
    const auto kind = found == "{seed}"    ? Piece::Kind::Seed
                      : found == "{index}" ? Piece::Kind::Index
                                           : Piece::Kind::Either;
    pieces.push_back({kind, {}, (*it)[2].matched ? static_cast<std::size_t>(*(*it)[2].first - '0') : 0});
    last = (*it)[0].second;
  }
  pieces.push_back({Piece::Kind::Text, std::string(last, pattern.cend()), 0});
  return pieces;
}

std::string nameFor(const std::vector<Piece>& pieces, const PictureNumber& number) {
  std::string name;
  for (const Piece& piece : pieces) {
    switch (piece.kind) {
      case Piece::Kind::Text:
        name += piece.text;
        break;
      case Piece::Kind::Seed:
        if (!number.seed) {
          throw OutputNameError("{seed} in the name needs pictures of seeds; write {index}");
        }
        name += std::to_string(*number.seed);
        break;
      case Piece::Kind::Index:
        name += std::to_string(number.index);
        break;
      case Piece::Kind::Either:
        name += padded(number.seed ? *number.seed : number.index, piece.width);
        break;
    }
  }
  return name;
}

}  // namespace

bool isNewFolder(const std::string& pattern) {
  std::error_code ignored;
  return endsInSlash(pattern) && !fs::exists(pattern, ignored);
}

std::vector<fs::path> outputNames(const std::string& pattern, const std::vector<PictureNumber>& numbers) {
  std::vector<fs::path> names;
  if (isFolder(pattern)) {
    for (const PictureNumber& number : numbers) {
      names.push_back(fs::path(pattern) / ((number.seed ? "seed" : "input") +
                                           padded(number.seed ? *number.seed : number.index, 4) + ".png"));
    }
    return names;
  }
  const std::vector<Piece> pieces = piecesOf(pattern);
  std::set<std::pair<std::string, std::uint64_t>> pictures;
  std::set<std::string> distinct;
  for (const PictureNumber& number : numbers) {
    const std::string name = nameFor(pieces, number);
    // The same seed twice is the same picture twice: no harm where both have one name.
    if (pictures.insert({name, number.seed ? *number.seed : number.index}).second && !distinct.insert(name).second) {
      throw OutputNameError(std::to_string(numbers.size()) + " pictures do not fit into the one file " + name +
                       "; add --grid COLUMNSxROWS, put {seed} into the name, or give a folder");
    }
    names.emplace_back(name);
  }
  return names;
}

}  // namespace loom::app
