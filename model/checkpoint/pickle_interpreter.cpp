// A pickle is a program for a small stack machine; see pickletools.py for each opcode. The machine here builds
// PickleValues and nothing else: GLOBAL makes a name, REDUCE, NEWOBJ and their like an inert Object that remembers what
// would have been called and with what.
//
// Memory stays within a small multiple of the file: an opcode makes at most one value and moves, never copies, what it
// takes from the stack.
#include "model/checkpoint/pickle_interpreter.h"

#include <bit>
#include <charconv>
#include <cstdlib>
#include <unordered_map>

namespace loom::model {
namespace {

using Kind = PickleValue::Kind;

double bigEndianDouble(ByteCursor& cursor) {
  std::uint64_t bits = 0;
  for (const std::byte byte : cursor.take(8)) {
    bits = bits << 8U | static_cast<std::uint64_t>(byte);
  }
  return std::bit_cast<double>(bits);
}

/// Protocol 0 writes strings in quotes with Python's escapes. Only what repr() of ASCII text can give is understood.
std::string unquoted(std::string_view line) {
  if (line.size() < 2 || (line.front() != '\'' && line.front() != '"') || line.front() != line.back()) {
    throw PickleError("a string of it is not quoted");
  }
  line = line.substr(1, line.size() - 2);
  std::string text;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '\\' || i + 1 == line.size()) {
      text += line[i];
      continue;
    }
    const char escaped = line[++i];
    if (escaped == 'x' && i + 2 < line.size()) {
      unsigned code = 0;
      std::from_chars(line.data() + i + 1, line.data() + i + 3, code, 16);
      text += static_cast<char>(code);
      i += 2;
    } else {
      text += escaped == 'n' ? '\n' : escaped == 't' ? '\t' : escaped == 'r' ? '\r' : escaped;
    }
  }
  return text;
}

class Machine {
 public:
  Machine(ByteCursor& cursor, PickleArena& arena, const ReadControl& control)
      : m_cursor(cursor), m_arena(arena), m_control(control) {}

  PickleResult run() {
    while (true) {
      if (++m_opcodes > m_control.limits.pickleOpcodes) {
        throw PickleError("it is longer than any real checkpoint's");
      }
      if (m_opcodes % 65536 == 0 && m_control.stop.stop_requested()) {
        throw CheckpointError(CheckpointError::Kind::Cancelled, "cancelled.");
      }
      const auto opcode = m_cursor.number<std::uint8_t>();
      if (opcode == '.') {
        m_result.root = pop();
        return std::move(m_result);
      }
      if (!scalar(opcode) && !text(opcode) && !container(opcode) && !object(opcode) && !memo(opcode)) {
        throw PickleError("it holds an opcode that no protocol knows");
      }
    }
  }

 private:
  PickleValue* push(Kind kind) { return m_stack.emplace_back(m_arena.make(kind)); }

  void pushInt(std::int64_t number) { push(Kind::Int)->number = number; }
  void pushBool(bool value) { push(Kind::Bool)->number = value; }
  void pushText(Kind kind, std::string_view text) { push(kind)->text = text; }

  PickleValue* pop() {
    if (m_stack.size() <= floor()) {
      throw PickleError("it takes more from its stack than there is");
    }
    PickleValue* value = m_stack.back();
    m_stack.pop_back();
    return value;
  }

  PickleValue* top() {
    if (m_stack.size() <= floor()) {
      throw PickleError("it looks below its stack");
    }
    return m_stack.back();
  }

  std::size_t floor() const { return m_marks.empty() ? 0 : m_marks.back(); }

  /// Everything above the last mark, which goes too.
  std::vector<PickleValue*> popToMark() {
    if (m_marks.empty()) {
      throw PickleError("it looks for a mark that is not there");
    }
    const auto begin = m_stack.begin() + static_cast<std::ptrdiff_t>(m_marks.back());
    std::vector<PickleValue*> items(begin, m_stack.end());
    m_stack.erase(begin, m_stack.end());
    m_marks.pop_back();
    return items;
  }

  void pushInteger(std::string_view bytes) {
    if (bytes.size() > 8) {
      pushText(Kind::BigInt, bytes);
      return;
    }
    std::uint64_t number = 0;
    for (std::size_t i = bytes.size(); i-- > 0;) {
      number = number << 8U | static_cast<std::uint8_t>(bytes[i]);
    }
    if (!bytes.empty() && bytes.size() < 8 && (static_cast<std::uint8_t>(bytes.back()) & 0x80U)) {
      number |= ~std::uint64_t{0} << (8 * bytes.size());
    }
    pushInt(static_cast<std::int64_t>(number));
  }

  void pushDecimal(std::string_view line) {
    if (line == "00" || line == "01") {  // how protocol 0 writes False and True
      pushBool(line == "01");
      return;
    }
    if (!line.empty() && line.back() == 'L') {
      line.remove_suffix(1);
    }
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), number);
    if (error != std::errc() || end != line.data() + line.size()) {
      throw PickleError("a whole number of it is unreadable");
    }
    pushInt(number);
  }

  bool scalar(std::uint8_t opcode) {
    switch (opcode) {
      case 'N': push(Kind::None); return true;
      case 0x88: pushBool(true); return true;
      case 0x89: pushBool(false); return true;
      case 'I':
      case 'L': pushDecimal(m_cursor.takeLine()); return true;
      case 'J': pushInt(m_cursor.number<std::int32_t>()); return true;
      case 'K': pushInt(m_cursor.number<std::uint8_t>()); return true;
      case 'M': pushInt(m_cursor.number<std::uint16_t>()); return true;
      case 0x8a: pushInteger(m_cursor.takeText(m_cursor.number<std::uint8_t>())); return true;
      case 0x8b: pushInteger(m_cursor.takeText(m_cursor.number<std::uint32_t>())); return true;
      case 'F': push(Kind::Float)->real = std::strtod(std::string(m_cursor.takeLine()).c_str(), nullptr); return true;
      case 'G': push(Kind::Float)->real = bigEndianDouble(m_cursor); return true;
      default: return false;
    }
  }

  bool text(std::uint8_t opcode) {
    switch (opcode) {
      case 'S': pushText(Kind::String, m_arena.keep(unquoted(m_cursor.takeLine()))); return true;
      case 'V': pushText(Kind::String, m_cursor.takeLine()); return true;
      case 'U': pushText(Kind::String, m_cursor.takeText(m_cursor.number<std::uint8_t>())); return true;
      case 'T':
      case 'X': pushText(Kind::String, m_cursor.takeText(m_cursor.number<std::uint32_t>())); return true;
      case 0x8c: pushText(Kind::String, m_cursor.takeText(m_cursor.number<std::uint8_t>())); return true;
      case 0x8d: pushText(Kind::String, m_cursor.takeText(m_cursor.number<std::uint64_t>())); return true;
      case 'C': pushText(Kind::Bytes, m_cursor.takeText(m_cursor.number<std::uint8_t>())); return true;
      case 'B': pushText(Kind::Bytes, m_cursor.takeText(m_cursor.number<std::uint32_t>())); return true;
      case 0x8e:
      case 0x96: pushText(Kind::Bytes, m_cursor.takeText(m_cursor.number<std::uint64_t>())); return true;
      default: return false;
    }
  }

  void pushItems(Kind kind, std::vector<PickleValue*> items) { push(kind)->items = std::move(items); }

  void pushTuple(int count) {
    std::vector<PickleValue*> items(static_cast<std::size_t>(count));
    for (auto it = items.rbegin(); it != items.rend(); ++it) {
      *it = pop();
    }
    pushItems(Kind::Tuple, std::move(items));
  }

  static void addPairs(PickleValue* target, const std::vector<PickleValue*>& items) {
    if (items.size() % 2 != 0) {
      throw PickleError("a dictionary of it has a key without a value");
    }
    for (std::size_t i = 0; i < items.size(); i += 2) {
      target->pairs.emplace_back(items[i], items[i + 1]);
    }
  }

  static void addItems(PickleValue* target, const std::vector<PickleValue*>& items) {
    target->items.insert(target->items.end(), items.begin(), items.end());
  }

  bool container(std::uint8_t opcode) {
    switch (opcode) {
      case '(': m_marks.push_back(m_stack.size()); return true;
      case '0': popOrMark(); return true;
      case '1': popToMark(); return true;
      case '2': m_stack.push_back(top()); return true;
      case ')': push(Kind::Tuple); return true;
      case 't': pushItems(Kind::Tuple, popToMark()); return true;
      case 0x85: pushTuple(1); return true;
      case 0x86: pushTuple(2); return true;
      case 0x87: pushTuple(3); return true;
      case ']': push(Kind::List); return true;
      case 'l': pushItems(Kind::List, popToMark()); return true;
      case '}': push(Kind::Dict); return true;
      case 'd': {
        const auto items = popToMark();
        addPairs(push(Kind::Dict), items);
        return true;
      }
      case 0x8f: push(Kind::Set); return true;
      case 0x91: pushItems(Kind::Set, popToMark()); return true;
      default: return grow(opcode);
    }
  }

  void popOrMark() {
    if (!m_marks.empty() && m_marks.back() == m_stack.size()) {
      m_marks.pop_back();
    } else {
      pop();
    }
  }

  bool grow(std::uint8_t opcode) {
    switch (opcode) {
      case 'a': {
        PickleValue* item = pop();
        top()->items.push_back(item);
        return true;
      }
      case 'e':
      case 0x90: {
        const auto items = popToMark();
        addItems(top(), items);
        return true;
      }
      case 's': {
        PickleValue* value = pop();
        PickleValue* key = pop();
        top()->pairs.emplace_back(key, value);
        return true;
      }
      case 'u': {
        const auto items = popToMark();
        addPairs(top(), items);
        return true;
      }
      default: return false;
    }
  }

  void pushGlobal(std::string_view module, std::string_view name) {
    PickleValue* global = push(Kind::Global);
    global->module = module;
    global->text = name;
  }

  void pushObject(PickleValue* callable, PickleValue* args) {
    PickleValue* made = push(Kind::Object);
    made->callable = callable;
    made->args = args;
  }

  void pushPersistentId(PickleValue* id) {
    PickleValue* reference = push(Kind::PersistentId);
    reference->items.push_back(id);
    m_result.persistentIds.push_back(reference);
  }

  /// A class instance of protocol 0 or 1: arguments on the stack, the class above the mark or in the opcode.
  void pushInstance(PickleValue* callable, std::vector<PickleValue*> arguments) {
    PickleValue* args = m_arena.make(Kind::Tuple);
    args->items = std::move(arguments);
    pushObject(callable, args);
  }

  bool object(std::uint8_t opcode) {
    switch (opcode) {
      case 'c': {
        const auto module = m_cursor.takeLine();
        pushGlobal(module, m_cursor.takeLine());
        return true;
      }
      case 0x93: {
        const PickleValue* name = pop();
        const PickleValue* module = pop();
        if (name->kind != Kind::String || module->kind != Kind::String) {
          throw PickleError("a name in it is no text");
        }
        pushGlobal(module->text, name->text);
        return true;
      }
      case 'R':
      case 0x81: {
        PickleValue* args = pop();
        pushObject(pop(), args);
        return true;
      }
      case 0x92: {
        pop();  // keyword arguments; nothing that is known here is made with any
        PickleValue* args = pop();
        pushObject(pop(), args);
        return true;
      }
      default: return instance(opcode);
    }
  }

  bool instance(std::uint8_t opcode) {
    switch (opcode) {
      case 'i': {
        PickleValue* callable = m_arena.make(Kind::Global);
        callable->module = m_cursor.takeLine();
        callable->text = m_cursor.takeLine();
        pushInstance(callable, popToMark());
        return true;
      }
      case 'o': {
        auto arguments = popToMark();
        if (arguments.empty()) {
          throw PickleError("an object of it has no class");
        }
        PickleValue* callable = arguments.front();
        arguments.erase(arguments.begin());
        pushInstance(callable, std::move(arguments));
        return true;
      }
      case 'b': {
        PickleValue* state = pop();
        top()->state = state;
        return true;
      }
      case 'P': {
        PickleValue* id = m_arena.make(Kind::String);
        id->text = m_cursor.takeLine();
        pushPersistentId(id);
        return true;
      }
      case 'Q': pushPersistentId(pop()); return true;
      case 0x82:
      case 0x83:
      case 0x84: throw PickleError("it refers to a registry of extensions, which no checkpoint does");
      case 0x97:
      case 0x98: throw PickleError("it refers to buffers outside the file");
      default: return false;
    }
  }

  void put(std::uint64_t index) { m_memo[index] = top(); }

  void get(std::uint64_t index) {
    const auto it = m_memo.find(index);
    if (it == m_memo.end()) {
      throw PickleError("it refers to something that was not there before");
    }
    m_stack.push_back(it->second);
  }

  std::uint64_t decimalIndex() {
    const auto line = m_cursor.takeLine();
    std::uint64_t index = 0;
    if (std::from_chars(line.data(), line.data() + line.size(), index).ec != std::errc()) {
      throw PickleError("a reference of it is unreadable");
    }
    return index;
  }

  bool memo(std::uint8_t opcode) {
    switch (opcode) {
      case 0x80:
        if (m_cursor.number<std::uint8_t>() > 5) {
          throw PickleError("it is of a protocol newer than 5");
        }
        return true;
      case 0x95: m_cursor.number<std::uint64_t>(); return true;  // a frame's length: a hint for those who buffer
      case 'p': put(decimalIndex()); return true;
      case 'q': put(m_cursor.number<std::uint8_t>()); return true;
      case 'r': put(m_cursor.number<std::uint32_t>()); return true;
      case 0x94: put(m_memo.size()); return true;
      case 'g': get(decimalIndex()); return true;
      case 'h': get(m_cursor.number<std::uint8_t>()); return true;
      case 'j': get(m_cursor.number<std::uint32_t>()); return true;
      default: return false;
    }
  }

  ByteCursor& m_cursor;
  PickleArena& m_arena;
  const ReadControl& m_control;
  PickleResult m_result;
  std::vector<PickleValue*> m_stack;
  std::vector<std::size_t> m_marks;
  std::unordered_map<std::uint64_t, PickleValue*> m_memo;
  std::uint64_t m_opcodes = 0;
};

}  // namespace

PickleResult readPickle(ByteCursor& cursor, PickleArena& arena, const ReadControl& control) {
  return Machine(cursor, arena, control).run();
}

}  // namespace loom::model
